package io.quorlite.agent.node;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** SIGHUP, by which services are told that their files have changed; a JVM would end itself. */
final class HangUp {
    private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

    private HangUp() {}

    /** Has {@code reaction} run at each, on a thread of the JVM. */
    static void on(Runnable reaction) {
        try {
            Signal.handle(new Signal("HUP"), signal -> reaction.run());
        } catch (IllegalArgumentException e) { // with -Xrs, or where there is none
            LOG.info("SIGHUP is not heard: {}", e.getMessage());
        }
    }
}
