package io.quorlite.roles;

import io.quorlite.mvcc.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster keeps of a member beside its address, in the system record {@link #recordName}. Text, a line {@code name=value} for each; lines
 * that a version does not know are left out.
 *
 * @param label of a member without a vote: standby or spare
 * @param wish what an operator pinned it to, null for whatever the plan wants
 * @param joining whether it has not reached its first role yet
 * @param draining whether an operator wants it to have neither vote nor leadership
 * @param stopping whether it is being stopped in order, which ends at its next start
 */
public record MemberAttributes(
        String failureDomain,
        int weight,
        Role label,
        @Nullable Role wish,
        boolean joining,
        boolean draining,
        boolean stopping) {
    public MemberAttributes {
        if (failureDomain.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a failure domain of several lines: " + Bytes.utf8(failureDomain));
        }
    }

    public static final String RECORD_PREFIX = "member/";

    /** Of a member that nobody has said anything about. */
    public static final MemberAttributes NONE = new MemberAttributes("", 0, Role.SPARE, null, false, false, false);

    public static String recordName(long memberId) {
        return RECORD_PREFIX + String.format(Locale.ROOT, "%016x", memberId);
    }

    /** The same of a member that has arrived and, without a vote, is a {@code newLabel}. */
    public MemberAttributes labelled(Role newLabel) {
        return new MemberAttributes(failureDomain, weight, newLabel, wish, false, draining, stopping);
    }

    /** The same of a member that is being stopped, or not. */
    public MemberAttributes stopping(boolean now) {
        return new MemberAttributes(failureDomain, weight, label, wish, joining, draining, now);
    }

    public Bytes encode() {
        String text = "failure-domain=" + failureDomain + "\nweight=" + weight + "\nlabel=" + label + "\nwish="
                + (wish == null ? "" : wish) + "\njoining=" + joining + "\ndraining=" + draining + "\nstopping="
                + stopping + "\n";
        return Bytes.utf8(text);
    }

    /** @throws IllegalArgumentException if this is not what {@link #encode} makes */
    public static MemberAttributes decode(Bytes value) {
        TreeMap<String, String> fields = new TreeMap<>();
        String text = new String(value.unsafeArray(), StandardCharsets.UTF_8);
        for (String line : text.split("\n")) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("not an attribute: '" + line + "'");
            }
            fields.put(line.substring(0, equals), line.substring(equals + 1));
        }
        String wish = fields.getOrDefault("wish", "");
        return new MemberAttributes(
                fields.getOrDefault("failure-domain", ""),
                Integer.parseInt(fields.getOrDefault("weight", "0")),
                Role.valueOf(fields.getOrDefault("label", Role.SPARE.name())),
                wish.isEmpty() ? null : Role.valueOf(wish),
                Boolean.parseBoolean(fields.get("joining")),
                Boolean.parseBoolean(fields.get("draining")),
                Boolean.parseBoolean(fields.get("stopping")));
    }
}
