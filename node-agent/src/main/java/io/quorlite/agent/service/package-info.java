/** The node as a service of the host: systemd and OpenRC. */
@NullMarked
package io.quorlite.agent.service;

import org.jspecify.annotations.NullMarked;
