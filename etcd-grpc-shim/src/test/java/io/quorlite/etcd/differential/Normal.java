package io.quorlite.etcd.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.quorlite.etcd.proto.rpc.LeaseLeasesResponse;
import io.quorlite.etcd.proto.rpc.LeaseStatus;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveResponse;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import java.util.Comparator;

/** Takes out of answers what two servers cannot have in common: who they are, their term, and a second more or less. */
final class Normal {
    private Normal() {}

    static String text(Message answer) {
        return TextFormat.printer().printToString(normal(answer.toBuilder()));
    }

    private static Message normal(Message.Builder answer) {
        if (answer instanceof LeaseTimeToLiveResponse.Builder timeToLive) {
            if (timeToLive.getTTL() > 0) {
                timeToLive.setTTL(timeToLive.getGrantedTTL()); // what is left depends on the moment
            }
            // etcd keeps a lease's keys in a Go map, whose order is chance.
            var sorted = timeToLive.getKeysList().stream()
                    .sorted(ByteString.unsignedLexicographicalComparator())
                    .toList();
            timeToLive.clearKeys().addAllKeys(sorted);
        }
        if (answer instanceof LeaseLeasesResponse.Builder leases) {
            // etcd lists leases in order of their expiry, which of leases granted together is chance.
            var sorted = leases.getLeasesList().stream()
                    .sorted(Comparator.comparingLong(LeaseStatus::getID))
                    .toList();
            leases.clearLeases().addAllLeases(sorted);
        }
        var header = answer.getDescriptorForType().findFieldByName("header");
        if (header != null && answer.hasField(header)) {
            ResponseHeader kept = (ResponseHeader) answer.getField(header);
            answer.setField(
                    header,
                    kept.toBuilder()
                            .clearClusterId()
                            .clearMemberId()
                            .clearRaftTerm()
                            .build());
        }
        return answer.build();
    }
}
