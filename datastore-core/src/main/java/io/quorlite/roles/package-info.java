/** Which member plays which part: the plan as a pure function, after go-dqlite's with its weak spots mended. Pure. */
@NullMarked
package io.quorlite.roles;

import org.jspecify.annotations.NullMarked;
