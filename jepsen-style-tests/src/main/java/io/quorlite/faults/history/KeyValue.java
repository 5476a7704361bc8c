package io.quorlite.faults.history;

/**
 * One version of a key. Keys and values are text of one character a byte (ISO 8859-1), so that any bytes fit and the order
 * of strings is etcd's order of keys. Immutable.
 *
 * @param lease the id of the lease the key is attached to, 0 for none
 */
public record KeyValue(String key, String value, long createRevision, long modRevision, long version, long lease) {
    @Override
    public String toString() {
        return key + "=" + value + "@" + modRevision
                + (createRevision == modRevision ? "" : " created@" + createRevision + " v" + version)
                + (lease == 0 ? "" : " lease " + lease);
    }
}
