/** The real etcd that this store is compared with. */
package io.quorlite.etcd.reference;
