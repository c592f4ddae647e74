"""The configuration files of the servers."""
import os


def write(directory, ports, users, owner):
    """`users` is a list of [user of account "test", key, rights or null]; `owner` is the user that the servers run as."""
    os.makedirs(directory + '/nodes/d1')
    os.makedirs(directory + '/cache')
    text(directory + '/swift.conf', [
        ('swift-hash', {'swift_hash_path_suffix': 'firn'}),
        ('storage-policy:0', {'name': 'only', 'default': 'yes'}),
    ])
    common = {'bind_ip': '127.0.0.1', 'workers': 0, 'user': owner, 'swift_dir': directory, 'log_level': 'WARNING'}
    for kind in ('account', 'container', 'object'):
        text('%s/%s.conf' % (directory, kind), [
            ('DEFAULT', dict(common, bind_port=ports[kind], devices=directory + '/nodes', mount_check='false',
                             disable_fallocate='true', fallocate_reserve=0)),
            ('pipeline:main', {'pipeline': kind + '-server'}),
            ('app:%s-server' % kind, {'use': 'egg:swift#' + kind, 'recon_cache_path': directory + '/cache'}),
        ])
    text(directory + '/proxy.conf', proxy(common, ports, users))


def proxy(common, ports, users):
    pipeline = ('catch_errors gatekeeper healthcheck cache listing_formats bulk tempurl rights_s3 s3api tempauth '
                'rights copy container_quotas account_quotas slo dlo versioned_writes symlink proxy-server')
    eggs = ('catch_errors gatekeeper healthcheck listing_formats bulk tempurl copy container_quotas account_quotas '
            'slo dlo symlink')
    rights = {user: allowed for user, _, allowed in users if allowed is not None}
    limits = {'paste.filter_factory': 'rights:filter_factory',
              'limits': ' '.join('test:%s=%s' % (user, allowed) for user, allowed in rights.items())}
    accounts = {'user_test_' + user: key + ' .admin' for user, key, _ in users}
    return [
        ('DEFAULT', dict(common, bind_port=ports['proxy'])),
        ('pipeline:main', {'pipeline': pipeline}),
        ('app:proxy-server', {'use': 'egg:swift#proxy', 'account_autocreate': 'true',
                              'allow_account_management': 'true'}),
        ('filter:tempauth', dict(accounts, use='egg:swift#tempauth', token_life=86400)),
        ('filter:s3api', {'use': 'egg:swift#s3api', 'location': 'us-east-1'}),
        ('filter:cache', {'use': 'egg:swift#memcache',
                          'memcache_servers': '127.0.0.1:%d' % ports['memcached']}),
        ('filter:versioned_writes', {'use': 'egg:swift#versioned_writes', 'allow_object_versioning': 'true'}),
        ('filter:rights_s3', dict(limits, protocol='s3')),
        ('filter:rights', dict(limits, protocol='swift')),
    ] + [('filter:' + name, {'use': 'egg:swift#' + name}) for name in eggs.split()]


def text(path, sections):
    with open(path, 'w') as file:
        for name, values in sections:
            file.write('[%s]\n' % name)
            file.writelines('%s = %s\n' % pair for pair in values.items())
