/** Replicated records of the cluster itself, beside the key space: what they are and how they change. Pure. */
@NullMarked
package io.quorlite.system;

import org.jspecify.annotations.NullMarked;
