package io.quorlite.command;

import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemTxn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The binary form of a change of system records.
 *
 * <pre>
 * body       format(1 byte, 1)  count(varint) condition*  count(varint) change*
 * condition  name(length, bytes)  version(varint)
 * change     name(length, bytes)  1, value(length, bytes), or 0 for a deletion
 * </pre>
 *
 * <p>The format is a number of its own: what conditions and changes can say may grow without a new version of all entries. The
 * limits of {@link SystemTxn} hold when it is read, too. Stateless.
 */
final class SystemTxnCodec {
    private static final int FORMAT = 1;
    private static final int DELETED = 0;
    private static final int WRITTEN = 1;

    private SystemTxnCodec() {}

    static void write(ByteWriter out, SystemTxn txn) {
        out.octet(FORMAT);
        out.number(txn.conditions().size());
        for (SystemTxn.Condition condition : txn.conditions()) {
            writeName(out, condition.name());
            out.number(condition.version());
        }
        out.number(txn.changes().size());
        for (SystemTxn.Change change : txn.changes()) {
            writeName(out, change.name());
            Bytes value = change.value();
            out.octet(value == null ? DELETED : WRITTEN);
            if (value != null) {
                out.bytes(value);
            }
        }
    }

    static SystemTxn read(ByteReader in) {
        int format = in.octet();
        if (format != FORMAT) {
            throw in.malformed("system write of format " + format + ", this build reads format " + FORMAT + ",");
        }
        try {
            List<SystemTxn.Condition> conditions = new ArrayList<>();
            for (int count = count(in); count > 0; count--) {
                conditions.add(new SystemTxn.Condition(readName(in), in.number()));
            }
            List<SystemTxn.Change> changes = new ArrayList<>();
            for (int count = count(in); count > 0; count--) {
                changes.add(readChange(in));
            }
            return new SystemTxn(conditions, changes);
        } catch (IllegalArgumentException e) {
            throw in.malformed("system write: " + e.getMessage());
        }
    }

    private static SystemTxn.Change readChange(ByteReader in) {
        String name = readName(in);
        int kind = in.octet();
        return switch (kind) {
            case DELETED -> new SystemTxn.Change(name, null);
            case WRITTEN -> new SystemTxn.Change(name, in.bytes());
            default -> throw in.malformed("unknown kind of change " + kind);
        };
    }

    private static int count(ByteReader in) {
        int count = in.count();
        if (count > SystemTxn.CHANGES_MAX) {
            throw in.malformed(count + " conditions or changes");
        }
        return count;
    }

    private static void writeName(ByteWriter out, String name) {
        out.bytes(Bytes.wrap(name.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Bytes that are not ASCII become characters that no name has. */
    private static String readName(ByteReader in) {
        return new String(in.bytes().unsafeArray(), StandardCharsets.US_ASCII);
    }
}
