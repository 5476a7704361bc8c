package io.quorlite.faults.checkers.linearizability;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The configurations a search has been in: which completed calls have taken effect, which unknown ones, and the state. Not
 * thread-safe.
 *
 * <p>Of two configurations with the same completed calls and the same state, the one that has used up fewer unknown calls
 * can do all the other can; so one that is no better than a known one is a dead end. Without this rule each unknown call
 * doubles the search.
 */
final class Configurations<S> {
    private record Key<S>(BitSet completed, S state) {}

    private final Map<Key<S>, List<BitSet>> seen = new HashMap<>();

    /** Whether this configuration is better than all before; if so it is kept. */
    boolean add(BitSet completed, BitSet unknown, S state) {
        Key<S> probe = new Key<>(completed, state);
        List<BitSet> known = seen.get(probe);
        if (known == null) {
            known = new ArrayList<>(1);
            seen.put(new Key<>((BitSet) completed.clone(), state), known);
        }
        for (Iterator<BitSet> each = known.iterator(); each.hasNext(); ) {
            BitSet used = each.next();
            if (contains(unknown, used)) {
                return false;
            }
            if (contains(used, unknown)) {
                each.remove();
            }
        }
        known.add((BitSet) unknown.clone());
        return true;
    }

    private static boolean contains(BitSet whole, BitSet part) {
        if (part.cardinality() > whole.cardinality()) {
            return false;
        }
        for (int bit = part.nextSetBit(0); bit >= 0; bit = part.nextSetBit(bit + 1)) {
            if (!whole.get(bit)) {
                return false;
            }
        }
        return true;
    }
}
