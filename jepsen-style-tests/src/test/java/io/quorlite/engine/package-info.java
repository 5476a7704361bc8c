/** Evidence for the choice of the Raft engine (docs/adr/0001). */
package io.quorlite.engine;
