/** The process of a node: command line, settings, start and orderly stop. Knows nothing of wire formats. */
@NullMarked
package io.quorlite.agent;

import org.jspecify.annotations.NullMarked;
