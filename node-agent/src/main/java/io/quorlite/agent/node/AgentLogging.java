package io.quorlite.agent.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.quorlite.agent.config.Configuration;
import org.slf4j.LoggerFactory;

/**
 * Logging to standard error, set up in code: reading an XML file costs a tenth of a second at each start. The level is the
 * environment's {@code NODE_AGENT_LOG_LEVEL}, or info; below that the engine is heard, too.
 */
public final class AgentLogging extends ContextAwareBase implements Configurator {
    /**
     * gRPC logs by itself, through the JDK, and tells a stack trace for each stream that a client left with words unheard. Held here, as
     * the JDK forgets the levels of loggers that nobody holds.
     */
    private static final java.util.logging.Logger LEFT_STREAMS =
            java.util.logging.Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0} %msg%n%rEx{12}");
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        context.getLogger("ROOT").addAppender(appender);
        setLevel(context, Level.toLevel(System.getenv("NODE_AGENT_LOG_LEVEL"), Level.INFO));
        LEFT_STREAMS.setLevel(java.util.logging.Level.SEVERE);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** @throws io.quorlite.agent.refusal.Refusal if the configuration's level is none */
    static void setLevel(Configuration configuration) {
        Level level = Level.toLevel(configuration.logLevel());
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            setLevel(context, level);
        }
    }

    private static void setLevel(LoggerContext context, Level level) {
        context.getLogger("ROOT").setLevel(level);
        // The engine reports every call to a member that is away as an error; our own lines tell the same story once.
        context.getLogger("io.quorlite.sofajraft").setLevel(level.isGreaterOrEqual(Level.INFO) ? Level.OFF : level);
        context.getLogger("io.grpc").setLevel(level.isGreaterOrEqual(Level.INFO) ? Level.WARN : level);
    }
}
