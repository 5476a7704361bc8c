/** The admin API of a node: its server, its client, and the records both speak in. */
@NullMarked
package io.quorlite.agent.admin;

import org.jspecify.annotations.NullMarked;
