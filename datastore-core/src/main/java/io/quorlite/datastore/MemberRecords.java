package io.quorlite.datastore;

import io.quorlite.roles.MemberAttributes;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** The system records that say what members are like. Thread-safe. */
final class MemberRecords {
    private final SystemRecords records;
    private final UnreadableRecords unreadable = new UnreadableRecords();

    MemberRecords(SystemRecords records) {
        this.records = records;
    }

    /** What this member knows of another, or itself. */
    MemberAttributes of(long memberId) {
        return records.get(MemberAttributes.recordName(memberId))
                .map(this::decoded)
                .orElse(MemberAttributes.NONE);
    }

    /**
     * Writes what {@code change} makes of the attributes as they are known here, unless that is what they are. Completes with
     * false, and without a change, if they were not what they are known as.
     */
    CompletableFuture<Boolean> change(long memberId, UnaryOperator<MemberAttributes> change) {
        String name = MemberAttributes.recordName(memberId);
        SystemRecord record = records.get(name).orElse(null);
        MemberAttributes before = record == null ? MemberAttributes.NONE : decoded(record);
        MemberAttributes after = change.apply(before);
        if (after.equals(before)) {
            return CompletableFuture.completedFuture(true);
        }
        return records.commit(new SystemTxn(
                List.of(new SystemTxn.Condition(name, record == null ? 0 : record.version())),
                List.of(new SystemTxn.Change(name, after.encode()))));
    }

    /** What cannot be read says nothing: roles are given all the same. */
    private MemberAttributes decoded(SystemRecord record) {
        return unreadable.tried(record, MemberAttributes::decode).orElse(MemberAttributes.NONE);
    }
}
