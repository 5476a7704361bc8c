package io.quorlite.roles;

import io.quorlite.mvcc.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How many of each the cluster should have, as far as it has members. In the system record {@link #RECORD_NAME} they go before what
 * members were configured with.
 *
 * @param voters 3, 5 or 7
 * @param standbys 0 to 6
 */
public record RoleTargets(int voters, int standbys) {
    public static final String RECORD_NAME = "roles/targets";

    public static final RoleTargets DEFAULT = new RoleTargets(3, 3);

    private static final String VOTERS = "voters=";
    private static final String STANDBYS = "standbys=";

    public RoleTargets {
        if (voters != 3 && voters != 5 && voters != 7) {
            throw new IllegalArgumentException("voters must be 3, 5 or 7, not " + voters);
        }
        if (standbys < 0 || standbys > 6) {
            throw new IllegalArgumentException("standbys must be 0 to 6, not " + standbys);
        }
    }

    /** Text, a line for each number. */
    public Bytes encode() {
        return Bytes.utf8(VOTERS + voters + "\n" + STANDBYS + standbys + "\n");
    }

    /** @throws IllegalArgumentException if this is not what {@link #encode} makes */
    public static RoleTargets decode(Bytes value) {
        List<String> lines =
                new String(value.unsafeArray(), StandardCharsets.UTF_8).lines().toList();
        return new RoleTargets(number(lines, VOTERS), number(lines, STANDBYS));
    }

    private static int number(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> Integer.parseInt(line.substring(name.length())))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + name + " in " + lines));
    }
}
