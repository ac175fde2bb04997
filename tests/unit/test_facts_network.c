/* What is read of the files of netplan, NetworkManager, networkd, ifupdown, ifcfg, udev and the
 * rest around them; and that any bytes in them are read in bounded memory. */
#include "facts_suite.h"

#include "random_text.h"

static const struct network_fact *find(const struct facts *f, const char *item, const char *name)
{
    vec_each (n, &f->network)
        if (strcmp(n->item, item) == 0 && n->name && strcmp(n->name, name) == 0)
            return n;
    return NULL;
}

static void begin(void)
{
    facts_begin();
    put("/usr/lib/systemd/systemd", "x", 0755, 0, 0);
    put("/usr/lib/systemd/system/systemd-networkd.service", "[Service]\nExecStart=/bin/x\n", 0644,
        0, 0);
}

START_TEST(netplan_definitions)
{
    put("/usr/sbin/netplan", "x", 0755, 0, 0);
    put("/lib/netplan/00-a.yaml", "network: {version: 2, ethernets: {eth9: {dhcp4: true}}}\n", 0600,
        0, 0);
    put("/etc/netplan/00-a.yaml",
        "network:\n  version: 2\n  ethernets:\n    eth0:\n      match: {macaddress: "
        "\"00:11:22:33:44:55\"}\n      dhcp4: true\n    eth1: {addresses: [192.0.2.1/24]}\n",
        0600, 0, 0);
    put("/etc/netplan/10-b.yaml",
        "network:\n  renderer: networkd\n  ethernets:\n    eth1: {activation-mode: manual}\n"
        "  wifis:\n    wlan0: {access-points: {a: {}}}\n  vlans: {v1: {id: 1}}\n",
        0600, 0, 0);
    struct facts *f = gather();
    ck_assert_ptr_null(find(f, "profile", "eth9")); /* hidden by the file of its name in /etc */
    ck_assert_ptr_null(find(f, "profile", "wlan0"));
    const struct network_fact *n = find(f, "profile", "eth1");
    ck_assert_ptr_nonnull(n);
    ck_assert(!n->automatic);
    ck_assert(n->started);
    ck_assert_str_eq(n->method, "static");
    ck_assert_str_eq(n->addresses.items[0], "192.0.2.1/24");
    unsigned pinned = 0, refused = 0;
    vec_each (p, &f->network) {
        pinned += p->mac && strcmp(p->mac, "00:11:22:33:44:55") == 0 && !p->name;
        refused += p->problem && strcmp(p->problem, "refused") == 0;
    }
    ck_assert_uint_eq(pinned, 1);
    ck_assert_uint_eq(refused, 1); /* the VLAN without a link */
}
END_TEST

/* Of two .network files the first that fits a NIC counts, by name over all directories. */
static const struct {
    const char *first, *drop_in, *second; /* bodies; NULL: no such file */
    const char *problem, *second_problem; /* NULL: none */
    bool automatic;
} networkd_files[] = {
    {"[Match]\nName=en*\n", NULL, "[Match]\nName=ens3\n", NULL, "hidden", true},
    {"[Match]\nName=!en*\n", NULL, "[Match]\nName=ens3\n", NULL, NULL, true},
    {"[Match]\nName=!en* eth*\n", NULL, "[Match]\nName=ens3\n", "no-nic", NULL, true},
    {"[Match]\nMACAddress=00:11:22:33:44:55\n", NULL, "[Match]\nName=*\n", NULL, NULL, true},
    {"[Match]\nMACAddress=ens3\n", NULL, "[Match]\nName=*\n", "no-match", NULL, true},
    {"[Match]\nname=ens3\n", NULL, "[Match]\nName=*\n", "no-match", NULL, true},
    {"[Match]\nName=ens3,eth0\n", NULL, NULL, "no-nic", NULL, true},
    {"[Match]\nName=\"ens3\"\n", NULL, NULL, "no-nic", NULL, true},
    {"[Match]\nName=ens3\nName=\n", NULL, NULL, "no-match", NULL, true},
    {"[Match]\nType=\"ether\"\n", NULL, "[Match]\nName=*\n", NULL, "hidden", true},
    {"[Match]\nType=wlan\n", NULL, "[Match]\nName=*\n", "no-nic", NULL, true},
    {"[Match]\nKind=bridge\n", NULL, "[Match]\nName=*\n", "no-nic", NULL, true},
    {"[Match]\nKind=!bridge\n", NULL, "[Match]\nName=*\n", NULL, "hidden", true},
    {"[Match]\nName=br0\nKind=bridge\n", NULL, "[Match]\nName=e*\n", NULL, NULL, true},
    {"[Match]\nSSID=home\n", NULL, "[Match]\nName=*\n", "no-nic", NULL, true},
    {"[Match]\nVirtualization=container\n", NULL, "[Match]\nName=*\n", "no-nic", NULL, true},
    {"[Match]\nVirtualization=!container\nName=*\n", NULL, "[Match]\nName=*\n", NULL, "hidden",
     true},
    {"[Match]\nHost=web02\nName=*\n", NULL, "[Match]\nName=*\n", "no-nic", NULL, true},
    {"[Match]\nHost=WEB*\nName=*\n", NULL, "[Match]\nName=*\n", NULL, "hidden", true},
    {"[Match]\nName=ens3\n[Link]\nUnmanaged=t\n", NULL, NULL, NULL, NULL, false},
    {"[Match]\nName=ens3\n[Link]\nUnmanaged=perhaps\n", NULL, NULL, NULL, NULL, true},
    {"[Match]\nName=ens3\n[Link]\nActivationPolicy=down\n", NULL, NULL, NULL, NULL, false},
    {"[Match]\nName=ens3\n", "[Link]\nUnmanaged=yes\n", NULL, NULL, NULL, false},
    {"[Network]\nDHCP=yes\n", "[Match]\nName=ens3\n", NULL, NULL, NULL, true},
    {"[Match]\nName=ens3\n[Network\n", NULL, "[Match]\nName=ens3\n", "refused", NULL, true},
};

static const struct network_fact *of_file(const struct facts *f, const char *path)
{
    vec_each (n, &f->network)
        if (strcmp(n->item, "profile") == 0 && strcmp(n->at.file, path) == 0)
            return n;
    return NULL;
}

START_TEST(networkd_takes_the_first_that_fits)
{
    static const char first[] = "/etc/systemd/network/10-a.network",
                      second[] = "/usr/local/lib/systemd/network/20-b.network";
    put("/etc/hostname", "web01\n", 0644, 0, 0);
    put(first, networkd_files[_i].first, 0644, 0, 0);
    if (networkd_files[_i].drop_in)
        put("/usr/lib/systemd/network/10-a.network.d/x.conf", networkd_files[_i].drop_in, 0644, 0,
            0);
    if (networkd_files[_i].second)
        put(second, networkd_files[_i].second, 0644, 0, 0);
    struct facts *f = gather();
    bool stopped_by_drop_in = networkd_files[_i].drop_in && !networkd_files[_i].automatic;
    const struct network_fact *n =
        of_file(f, stopped_by_drop_in ? "/usr/lib/systemd/network/10-a.network.d/x.conf" : first);
    ck_assert_ptr_nonnull(n);
    ck_assert_pstr_eq(n->problem, networkd_files[_i].problem);
    ck_assert_int_eq(n->automatic, networkd_files[_i].automatic);
    if (!networkd_files[_i].second)
        return;
    ck_assert_ptr_nonnull(of_file(f, second));
    ck_assert_pstr_eq(of_file(f, second)->problem, networkd_files[_i].second_problem);
}
END_TEST

/* ActivationPolicy= is of systemd 248. */
START_TEST(networkd_of_old_knows_no_policy)
{
    static const char path[] = "/etc/systemd/network/10-a.network";
    put(path, "[Match]\nName=ens3\n[Link]\nActivationPolicy=down\n", 0644, 0, 0);
    put("/etc/os-release", "ID=debian\nVERSION_ID=\"11\"\n", 0644, 0, 0);
    ck_assert(of_file(gather(), path)->automatic);
    put("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n", 0644, 0, 0);
    ck_assert(!of_file(gather(), path)->automatic);
}
END_TEST

/* What NetworkManager makes of a keyfile. */
static const struct {
    const char *name, *text, *problem; /* NULL: none */
    bool found, automatic;
} keyfiles[] = {
    {"a.nmconnection", "[connection]\ntype=ethernet\n", NULL, true, true},
    {"a.nmconnection", "[connection]\ntype=ethernet\nautoconnect=no\n", NULL, true, true},
    {"a.nmconnection", "[connection]\ntype=ethernet\nautoconnect=0\n", NULL, true, false},
    {"a.nmconnection", "[connection]\ntype=ethernet\npermissions=user:ana:;\n", NULL, true, false},
    {"a.nmconnection", "[ethernet]\n", NULL, true, true},
    {"a.nmconnection", "[connection]\nid=a\n", "refused", true, true},
    {"a.nmconnection", "[connection]\ntype=etherent\n", "refused", true, true},
    {"a.nmconnection", "[connection]\ntype=wifi\n", NULL, false, true},
    {"a.nmconnection", "[connection]\ntype=bridge\n", NULL, true, true},
    {"a.nmconnection", "[connection]\ntype=ethernet\nrubbish\n", "refused", true, true},
    {"a.nmconnection", "[connection]\ntype=ethernet\n[ipv4\n", "refused", true, true},
    {"a.nmconnection", "id=a\n[connection]\ntype=ethernet\n", "refused", true, true},
    {"a.nmconnection", "\xef\xbb\xbf[connection]\ntype=ethernet\n", "refused", true, true},
    {"a.nmconnection", "[connection]\r\ntype=ethernet\r\n", NULL, true, true},
    {"a.nmconnection", "[connection]\ntype=ethernet\n[ipv4]\nmethod=manual\n", "refused", true,
     true},
    {"a.nmconnection", "[connection]\ntype=ethernet\n[ipv4]\nmethod=dhcp\n", "refused", true, true},
    {"a.nmconnection", "[connection]\ntype=ethernet\n[ipv6]\nmethod=dhcp\n", NULL, true, true},
    {"home", "[connection]\ntype=ethernet\n", NULL, true, true},
    {"home.office", "[connection]\ntype=ethernet\n", NULL, false,
     true}, /* as mkstemp names files */
    {"a.pem", "[connection]\ntype=ethernet\n", NULL, false, true},
    {"a~", "[connection]\ntype=ethernet\n", NULL, false, true},
};

START_TEST(network_manager_keyfiles)
{
    put("/usr/lib/systemd/system/NetworkManager.service", "[Service]\nExecStart=/bin/x\n", 0644, 0,
        0);
    put(arena_printf(arena, "/etc/NetworkManager/system-connections/%s", keyfiles[_i].name),
        keyfiles[_i].text, 0600, 0, 0);
    const struct network_fact *found = NULL;
    struct facts *f = gather();
    vec_each (n, &f->network)
        if (strcmp(n->item, "profile") == 0)
            found = n;
    ck_assert_int_eq(found != NULL, keyfiles[_i].found);
    if (!found)
        return;
    ck_assert_pstr_eq(found->problem, keyfiles[_i].problem);
    ck_assert_int_eq(found->automatic, keyfiles[_i].automatic);
}
END_TEST

START_TEST(network_manager_settings)
{
    put("/usr/lib/systemd/system/NetworkManager.service", "[Service]\nExecStart=/bin/x\n", 0644, 0,
        0);
    put("/usr/lib/NetworkManager/conf.d/30-a.conf", "[main]\nno-auto-default=*\n", 0644, 0, 0);
    put("/etc/NetworkManager/NetworkManager.conf", "[main]\nno-auto-default=eth7\n", 0644, 0, 0);
    put("/usr/lib/NetworkManager/conf.d/20-b.conf", "[main]\nno-auto-default=hidden\n", 0644, 0, 0);
    put("/etc/NetworkManager/conf.d/20-b.conf", "[keyfile]\nunmanaged-devices=*\n", 0644, 0, 0);
    put("/etc/NetworkManager/system-connections/a.nmconnection",
        "[connection]\ntype=ethernet\ninterface-name=eth0\n[ethernet]\nmac-address=0:1:2:3:4:5\n"
        "[ipv4]\nmethod=manual\naddress1=192.0.2.7/24,192.0.2.1\n",
        0600, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(find(f, "setting", "no-auto-default")->value, "eth7");
    ck_assert_str_eq(find(f, "setting", "unmanaged-devices")->value, "*");
    const struct network_fact *n = find(f, "profile", "eth0");
    ck_assert_str_eq(n->mac, "0:1:2:3:4:5");
    ck_assert_str_eq(n->addresses.items[0], "192.0.2.7/24");
}
END_TEST

START_TEST(interfaces_and_ifcfg)
{
    put("/etc/network/interfaces",
        "auto eth0 eth1\nsource d/*\niface eth0 inet static\n  address 192.0.2.1/24\n"
        "iface eth1 inet static\n  gateway 192.0.2.1\niface eth2 inet dhcp\n",
        0644, 0, 0);
    put("/etc/network/d/x", "iface eth3 inet manual\n  up /bin/true\nbogus\n", 0644, 0, 0);
    put("/etc/sysconfig/network-scripts/ifcfg-eth5",
        "ONBOOT=yes\nBOOTPROTO=none\nHWADDR=0:1:2:3:4:5\n", 0644, 0, 0);
    struct facts *f = gather();
    ck_assert_ptr_null(find(f, "profile", "eth0")->problem);
    ck_assert_str_eq(find(f, "profile", "eth1")->problem, "no-address");
    ck_assert_str_eq(find(f, "profile", "eth2")->problem, "no-dhcp-client");
    ck_assert_str_eq(find(f, "profile", "eth3")->method, "other");
    ck_assert_str_eq(find(f, "profile", "eth5")->value, "no-address");
    ck_assert_str_eq(find(f, "profile", "eth5")->mac, "0:1:2:3:4:5");
    unsigned parts = 0;
    vec_each (n, &f->network)
        parts += n->problem && strcmp(n->problem, "refused-in-part") == 0;
    ck_assert_uint_eq(parts, 1);
}
END_TEST

START_TEST(surroundings)
{
    put("/etc/udev/rules.d/70-persistent-net.rules",
        "# x\nATTR{address}==\"0:1:2:3:4:5\", NAME=\"eth0\"\nNAME=\"\nATTR{address}==\"\n", 0644, 0,
        0);
    put("/etc/sysctl.d/b.conf", "-net/ipv4/conf/eth0.5/arp_ignore = 8\n;x=1\n=\n", 0644, 0, 0);
    put("/etc/docker/daemon.json",
        "{\"bip\":\"10.0.0.1/8\",\"default-address-pools\":[{\"base\":7}]}", 0644, 0, 0);
    memory_tree_symlink(tree, "/etc/resolv.conf", "../nowhere/resolv.conf");
    put("/var/lib/cloud/instance/datasource", "DataSourceAzure: x\n", 0644, 0, 0);
    put("/var/lib/cloud/instance/obj.pkl", "x", 0644, 0, 0);
    put("/etc/cloud/cloud.cfg", "network: {config: disabled}\n", 0644, 0, 0);
    put("/etc/cloud/cloud.cfg.d/1.cfg", "manual_cache_clean: true\nnetwork:\n", 0644, 0, 0);
    put("/lib/modules/6.1.0/modules.dep", "kernel/x.ko:\n", 0644, 0, 0);
    put("/lib/modules/6.1.0/modules.builtin", "kernel/y.ko\n", 0644, 0, 0);
    struct facts *f = gather();
    ck_assert_str_eq(find(f, "rename", "eth0")->mac, "0:1:2:3:4:5");
    ck_assert_str_eq(find(f, "sysctl", "net.ipv4.conf.eth0/5.arp_ignore")->value, "8");
    ck_assert_str_eq(find(f, "subnet", "docker")->value, "10.0.0.1/8");
    ck_assert_ptr_nonnull(find(f, "resolver", "dangling"));
    ck_assert_ptr_nonnull(find(f, "cloud", "azure"));
    ck_assert_ptr_null(
        find(f, "cloud-init", "network-disabled")); /* the later file takes it back */
    ck_assert_ptr_nonnull(find(f, "cloud-init", "manual-clean"));
    ck_assert_str_eq(find(f, "modules", "6.1.0")->value, "hv_netvsc");
}
END_TEST

static const char *const pieces[] = {"network:\n",
                                     "  version: 2\n",
                                     "  ethernets:\n",
                                     "    eth0:\n",
                                     "      dhcp4: true\n",
                                     "      match: {",
                                     "macaddress: ",
                                     "addresses: [",
                                     "192.0.2.1/24",
                                     "]",
                                     "}",
                                     "&a ",
                                     "*a",
                                     "auto eth0\n",
                                     "iface eth0 inet ",
                                     "static\n",
                                     "dhcp\n",
                                     "  address ",
                                     "source ",
                                     "/etc/*",
                                     "\\\n",
                                     "[Match]\n",
                                     "Name=",
                                     "[connection]\n",
                                     "type=ethernet\n",
                                     "address1=",
                                     ",",
                                     "\n",
                                     "ONBOOT=",
                                     "'",
                                     "\"",
                                     "HWADDR=",
                                     "NAME=\"",
                                     "ATTR{address}==\"",
                                     "net.ipv4.conf.all.arp_ignore",
                                     "=8\n",
                                     "{\"bip\":",
                                     "\t",
                                     "\xff",
                                     "#",
                                     "inherits x",
                                     "mapping *\n",
                                     "  script a\n",
                                     "routes: [{to: "};

START_TEST(any_bytes_are_read)
{
    static const char *const paths[] = {"/etc/netplan/a.yaml",
                                        "/etc/netplan/b.yaml",
                                        "/etc/network/interfaces",
                                        "/etc/network/interfaces.d/a",
                                        "/etc/NetworkManager/NetworkManager.conf",
                                        "/etc/NetworkManager/system-connections/a",
                                        "/etc/systemd/network/a.network",
                                        "/etc/systemd/network/a.link",
                                        "/etc/sysconfig/network-scripts/ifcfg-a",
                                        "/etc/sysconfig/network/ifcfg-b",
                                        "/etc/udev/rules.d/70-persistent-net.rules",
                                        "/etc/sysctl.d/a.conf",
                                        "/etc/docker/daemon.json",
                                        "/etc/cloud/cloud.cfg",
                                        "/var/lib/cloud/instance/datasource",
                                        "/lib/modules/1/modules.dep"};
    put("/usr/sbin/netplan", "x", 0755, 0, 0);
    put("/usr/lib/systemd/system/NetworkManager.service", "[Service]\nExecStart=/bin/x\n", 0644, 0,
        0);
    for (uint64_t seed = 1; seed <= 150; seed++) {
        uint64_t state = random_seed(seed);
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
            put(paths[i],
                random_text(arena, &state, pieces, sizeof pieces / sizeof *pieces, 60, false).ptr,
                0600, 0, 0);
        size_t before = arena_used(arena);
        struct facts *f = gather();
        ck_assert_uint_lt(f->network.count, 2000);
        ck_assert_uint_lt(arena_used(arena) - before, 16u << 20);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("facts: network");
    TCase *t = tcase_create("network");
    tcase_add_checked_fixture(t, begin, facts_end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, netplan_definitions);
    tcase_add_test(t, network_manager_settings);
    tcase_add_loop_test(t, network_manager_keyfiles, 0, sizeof keyfiles / sizeof *keyfiles);
    tcase_add_test(t, networkd_of_old_knows_no_policy);
    tcase_add_loop_test(t, networkd_takes_the_first_that_fits, 0,
                        sizeof networkd_files / sizeof *networkd_files);
    tcase_add_test(t, interfaces_and_ifcfg);
    tcase_add_test(t, surroundings);
    tcase_add_test(t, any_bytes_are_read);
    suite_add_tcase(s, t);
    return s;
}

UNIT_MAIN(suite)
