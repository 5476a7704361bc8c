/** The node's settings: flags, environment, drop-ins, file and defaults, each value with where it came from. */
@NullMarked
package io.quorlite.agent.config;

import org.jspecify.annotations.NullMarked;
