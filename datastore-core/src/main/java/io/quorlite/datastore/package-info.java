/**
 * The library's face: {@link io.quorlite.datastore.Datastore} and the single place where the parts are wired.
 */
@NullMarked
package io.quorlite.datastore;

import org.jspecify.annotations.NullMarked;
