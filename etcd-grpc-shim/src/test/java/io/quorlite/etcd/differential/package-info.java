/** The same calls to this store and to a real etcd, every answer compared. */
package io.quorlite.etcd.differential;
