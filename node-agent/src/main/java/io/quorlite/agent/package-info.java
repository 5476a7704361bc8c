/**
 * The process of a node and its command line. Knows nothing of wire formats. Imports go one way: {@code cli} to {@code node},
 * {@code service} and {@code sysinfo}; {@code node} to {@code admin}; {@code admin} to {@code join}, {@code token} and {@code pki};
 * everybody may know {@code config} and {@code refusal}, which know nobody.
 */
@NullMarked
package io.quorlite.agent;

import org.jspecify.annotations.NullMarked;
