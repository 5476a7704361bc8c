package io.quorlite.agent.admin;

import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemRecord;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a member tells the others of itself, in a system record of its own.
 *
 * @param admin host and port of its admin API; null where it has none on TCP
 * @param version of its program
 */
public record NodeRecord(String name, @Nullable String admin, String version) {
    public static final String PREFIX = "node/";

    public static String recordName(long memberId) {
        return PREFIX + hex(memberId);
    }

    public static String hex(long id) {
        return String.format(Locale.ROOT, "%016x", id);
    }

    public Bytes encode() {
        return Bytes.utf8(Json.write(this));
    }

    public static NodeRecord decode(SystemRecord systemRecord) {
        return Json.read(new String(systemRecord.value().unsafeArray(), StandardCharsets.UTF_8), NodeRecord.class);
    }
}
