/** What the ports of a member need to know of TLS, in the JDK's types. Where keys and certificates come from is not known here. */
@NullMarked
package io.quorlite.tls;

import org.jspecify.annotations.NullMarked;
