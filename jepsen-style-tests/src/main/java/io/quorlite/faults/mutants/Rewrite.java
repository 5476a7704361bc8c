package io.quorlite.faults.mutants;

import static net.bytebuddy.matcher.ElementMatchers.named;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * One change of one method of the server, named in words since most of those classes are not public. Immutable.
 *
 * @param type the class's binary name
 */
record Rewrite(String type, ElementMatcher<? super MethodDescription> method, AsmVisitorWrapper change) {
    /** Runs the advice in {@code advice} before or after every method called {@code method}. */
    static Rewrite advice(String type, String method, Class<?> advice) {
        return advice(type, named(method), advice);
    }

    static Rewrite advice(String type, ElementMatcher.Junction<MethodDescription> method, Class<?> advice) {
        return new Rewrite(type, method, Advice.to(advice).on(method));
    }

    /** Takes the calls of {@code called} out of the method {@code method}; what they return becomes 0, false or null. */
    static Rewrite withoutCalls(String type, String method, String called) {
        return new Rewrite(
                type,
                named(method),
                MemberSubstitution.relaxed().method(named(called)).stub().on(named(method)));
    }

    /** @throws IllegalStateException if the class has no such method: the server has changed, the mutant must follow */
    DynamicType.Builder<?> apply(DynamicType.Builder<?> builder, TypeDescription described) {
        if (described.getDeclaredMethods().filter(method).isEmpty()) {
            throw new IllegalStateException(type + " has no method " + method);
        }
        return builder.visit(change);
    }
}
