/**
 * The cluster's certificates: the authority that signs them, what each node keeps of them on disk, who is believed and who is denied, renewal and
 * replacement while everything runs. Private keys never leave the node they were made on; the authority's key is replicated sealed.
 */
@NullMarked
package io.quorlite.agent.pki;

import org.jspecify.annotations.NullMarked;
