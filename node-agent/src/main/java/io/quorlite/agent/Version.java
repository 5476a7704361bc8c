package io.quorlite.agent;

import picocli.CommandLine.IVersionProvider;

/** This program's version and the etcd version it answers as. */
final class Version implements IVersionProvider {
    static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "node-agent " + current() + " (etcd API " + io.quorlite.etcd.EtcdServerConfig.DEFAULT_VERSION + ")"
        };
    }
}
