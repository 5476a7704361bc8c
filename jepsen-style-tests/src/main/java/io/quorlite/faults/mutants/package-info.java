/**
 * Servers with a fault of our own making: each mutant is one small wrong behaviour, written into the server's classes by a Java
 * agent while a node starts. The server itself knows nothing of mutants, and no build that users get contains them. A harness
 * that lets a mutant pass would let the real mistake pass, too.
 */
@NullMarked
package io.quorlite.faults.mutants;

import org.jspecify.annotations.NullMarked;
