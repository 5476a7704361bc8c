package io.quorlite.system;

import io.quorlite.mvcc.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes of records that happen together, if all conditions hold, or not at all. At most {@link #CHANGES_MAX} of each; no name
 * is changed twice.
 */
public record SystemTxn(List<Condition> conditions, List<Change> changes) {
    public static final int CHANGES_MAX = 128;
    public static final int NAME_LENGTH_MAX = 256;
    public static final int VALUE_BYTES_MAX = 64 << 10;

    public SystemTxn {
        conditions = List.copyOf(conditions);
        changes = List.copyOf(changes);
        if (changes.isEmpty() || changes.size() > CHANGES_MAX || conditions.size() > CHANGES_MAX) {
            throw new IllegalArgumentException(
                    changes.size() + " changes under " + conditions.size() + " conditions; 1 to " + CHANGES_MAX);
        }
        if (changes.stream().map(Change::name).distinct().count() != changes.size()) {
            throw new IllegalArgumentException("a record is changed twice");
        }
    }

    /** A record has this version; 0: there is none of this name. */
    public record Condition(String name, long version) {
        public Condition {
            requireName(name);
            if (version < 0) {
                throw new IllegalArgumentException("version " + version + " of " + name);
            }
        }
    }

    /** A record gets this value, or goes where it is null. */
    public record Change(String name, @Nullable Bytes value) {
        public Change {
            requireName(name);
            if (value != null && value.length() > VALUE_BYTES_MAX) {
                throw new IllegalArgumentException(name + " would have " + value.length() + " bytes");
            }
        }
    }

    /** Writes a record whatever it was before. */
    public static SystemTxn put(String name, Bytes value) {
        return new SystemTxn(List.of(), List.of(new Change(name, value)));
    }

    private static void requireName(String name) {
        boolean printable = name.chars().allMatch(c -> c > ' ' && c < 0x7F);
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX || !printable) {
            throw new IllegalArgumentException("not a record's name: '" + Bytes.utf8(name) + "'");
        }
    }
}
