package io.quorlite.faults.mutants;

import net.bytebuddy.asm.Advice;

/** Advice that does not let a method run; each returns something else in its place. */
final class Skip {
    private Skip() {}

    /** Nothing, 0, false or null. */
    static final class ReturningNothing {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean skip() {
            return true;
        }
    }

    /** True. */
    static final class ReturningTrue {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean skip() {
            return true;
        }

        @Advice.OnMethodExit
        static void answer(@Advice.Return(readOnly = false) boolean result) {
            result = true;
        }
    }
}
