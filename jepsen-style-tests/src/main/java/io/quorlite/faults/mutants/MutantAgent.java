package io.quorlite.faults.mutants;

import java.lang.instrument.Instrumentation;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.utility.JavaModule;
import org.jspecify.annotations.Nullable;

/** The Java agent that makes a node a mutant; its argument is the mutant's name. */
public final class MutantAgent {
    /** What a node's log says, with the class's name behind it, for each class that was changed. */
    public static final String CHANGED = "mutant: changed ";

    /** What a node's log says where that failed; the node is no mutant then. */
    public static final String FAILED = "mutant: FAILED ";

    private MutantAgent() {}

    public static void premain(String name, Instrumentation instrumentation) {
        AgentBuilder agent = new AgentBuilder.Default()
                .with(AgentBuilder.InitializationStrategy.NoOp.INSTANCE)
                .with(AgentBuilder.TypeStrategy.Default.REDEFINE)
                .with(new Announcing());
        for (Rewrite rewrite : Mutants.named(name).rewrites()) {
            agent = agent.type(ElementMatchers.named(rewrite.type()))
                    .transform((builder, type, loader, module, domain) -> rewrite.apply(builder, type));
        }
        agent.installOn(instrumentation);
    }

    /** Says in the node's log what was done. */
    @SuppressWarnings("SystemOut") // the log of a node that is just starting
    private static final class Announcing extends AgentBuilder.Listener.Adapter {
        @Override
        public void onTransformation(
                TypeDescription type,
                @Nullable ClassLoader loader,
                @Nullable JavaModule module,
                boolean loaded,
                DynamicType dynamicType) {
            System.out.println(CHANGED + type.getName());
        }

        @Override
        public void onError(
                String typeName,
                @Nullable ClassLoader loader,
                @Nullable JavaModule module,
                boolean loaded,
                Throwable error) {
            System.out.println(FAILED + typeName + " " + error);
        }
    }
}
