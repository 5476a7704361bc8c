package io.quorlite.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import org.junit.jupiter.api.Test;

/** What the cluster keeps of roles survives being written down. */
class RecordsOfRolesTest {
    @Test
    void targetsAreReadAsTheyWereWritten() {
        RoleTargets targets = new RoleTargets(5, 2);

        assertThat(RoleTargets.decode(targets.encode())).isEqualTo(targets);
        assertThat(targets.encode()).isEqualTo(Bytes.utf8("voters=5\nstandbys=2\n"));
    }

    @Test
    void targetsThatCannotBeAreRefused() {
        for (String text : new String[] {"", "voters=5", "voters=4\nstandbys=2\n", "voters=x\nstandbys=2\n"}) {
            assertThatThrownBy(() -> RoleTargets.decode(Bytes.utf8(text))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void attributesAreReadAsTheyWereWritten() {
        MemberAttributes attributes = new MemberAttributes("zone=b", 3, Role.STANDBY, Role.VOTER, true, true, true);

        assertThat(MemberAttributes.decode(attributes.encode())).isEqualTo(attributes);
        assertThat(MemberAttributes.decode(MemberAttributes.NONE.encode())).isEqualTo(MemberAttributes.NONE);
    }

    @Test
    void aFailureDomainCannotBringOtherAttributesAlong() {
        assertThatThrownBy(() -> new MemberAttributes("a\ndraining=true", 0, Role.SPARE, null, false, false, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anArrivedMemberJoinsNoMore() {
        MemberAttributes joining = new MemberAttributes("a", 3, Role.SPARE, Role.VOTER, true, true, true);

        assertThat(joining.labelled(Role.STANDBY))
                .isEqualTo(new MemberAttributes("a", 3, Role.STANDBY, Role.VOTER, false, true, true));
        assertThat(joining.stopping(false))
                .isEqualTo(new MemberAttributes("a", 3, Role.SPARE, Role.VOTER, true, true, false));
    }
}
