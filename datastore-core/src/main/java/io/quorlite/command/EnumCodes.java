package io.quorlite.command;

import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.Op;
import java.util.List;

/**
 * The numbers that stand for enum constants in the log. They are places in these lists, not ordinals: an enum may be put into
 * another order, a list may only grow at its end.
 */
final class EnumCodes<E extends Enum<E>> {
    static final EnumCodes<Op.SortOrder> ORDERS =
            new EnumCodes<>(List.of(Op.SortOrder.NONE, Op.SortOrder.ASCEND, Op.SortOrder.DESCEND));
    static final EnumCodes<Op.SortTarget> SORT_TARGETS = new EnumCodes<>(List.of(
            Op.SortTarget.KEY,
            Op.SortTarget.VERSION,
            Op.SortTarget.CREATE_REVISION,
            Op.SortTarget.MOD_REVISION,
            Op.SortTarget.VALUE));
    static final EnumCodes<Compare.Target> COMPARE_TARGETS = new EnumCodes<>(List.of(
            Compare.Target.VERSION,
            Compare.Target.CREATE_REVISION,
            Compare.Target.MOD_REVISION,
            Compare.Target.VALUE,
            Compare.Target.LEASE));
    static final EnumCodes<Compare.Relation> RELATIONS = new EnumCodes<>(List.of(
            Compare.Relation.EQUAL, Compare.Relation.GREATER, Compare.Relation.LESS, Compare.Relation.NOT_EQUAL));

    private final List<E> constants;

    private EnumCodes(List<E> constants) {
        this.constants = constants;
    }

    int codeOf(E constant) {
        return constants.indexOf(constant);
    }

    E constantOf(int code, ByteReader in) {
        if (code >= constants.size()) {
            throw in.malformed("unknown " + constants.get(0).getDeclaringClass().getSimpleName() + " " + code);
        }
        return constants.get(code);
    }
}
