package io.quorlite.agent.admin;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Changes what the cluster keeps of a member, whoever else does at the same time. Blocks. Thread-safe. */
final class AttributeChanges {
    private static final int ATTEMPTS = 10;
    private static final long COMMIT_SECONDS = 10;

    private final SystemRecords records;

    AttributeChanges(SystemRecords records) {
        this.records = records;
    }

    MemberAttributes of(long memberId) {
        return records.get(MemberAttributes.recordName(memberId))
                .map(SystemRecord::value)
                .map(MemberAttributes::decode)
                .orElse(MemberAttributes.NONE);
    }

    void change(long memberId, UnaryOperator<MemberAttributes> change) throws Exception {
        String name = MemberAttributes.recordName(memberId);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<SystemRecord> read = records.get(name);
            MemberAttributes known =
                    read.map(SystemRecord::value).map(MemberAttributes::decode).orElse(MemberAttributes.NONE);
            MemberAttributes changed = change.apply(known);
            if (changed.equals(known)) {
                return;
            }
            SystemTxn txn = new SystemTxn(
                    List.of(new SystemTxn.Condition(
                            name, read.map(SystemRecord::version).orElse(0L))),
                    List.of(new SystemTxn.Change(name, changed.encode())));
            if (records.commit(txn).get(COMMIT_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        }
        throw new Refusal(ExitCode.CONFLICT, "BUSY", "The member's attributes keep changing; try again.", "");
    }
}
