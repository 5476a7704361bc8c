package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import java.util.List;

/** Which keys hang on a lease. */
final class LeaseKeys {
    private LeaseKeys() {}

    /** The keys attached to {@code lease}, in their order. */
    static List<String> attached(KeyTree state, long lease) {
        return state.in(KeyRange.ALL).stream()
                .filter(kv -> kv.lease() == lease)
                .map(KeyValue::key)
                .toList();
    }
}
