"""A filter of ours in the pipeline of the proxy: users who may do only some things, as a policy of AWS allows them.

Swift's own rights know nobody who may write and not delete. The rights are get, put, delete (objects), list and make
(containers). S3 requests are judged before s3api turns them into others, requests of Swift after the login.
"""
import re
from urllib.parse import parse_qs

DENIED = {
    's3': (b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>'
           b'<Message>Access Denied.</Message></Error>', 'application/xml'),
    'swift': (b'<html><h1>Forbidden</h1></html>', 'text/html'),
}


def filter_factory(global_conf, protocol, limits, **local_conf):
    rights = {user: set(allowed.split(',')) for user, _, allowed in (one.partition('=') for one in limits.split())}
    judge = {'s3': of_s3, 'swift': of_swift}[protocol]

    def make(app):
        def handle(env, start_response):
            user, right = judge(env)
            if user not in rights or right in rights[user]:
                return app(env, start_response)
            body, kind = DENIED[protocol]
            headers = [('Content-Type', kind), ('Content-Length', str(len(body)))]
            # The body of a refused put is not read, so nothing else can come on this connection.
            if env['REQUEST_METHOD'] in ('PUT', 'POST'):
                headers.append(('Connection', 'close'))
            start_response('403 Forbidden', headers)
            return [b'' if env['REQUEST_METHOD'] == 'HEAD' else body]
        return handle
    return make


def of_s3(env):
    """Who asks by S3, and the right it takes; an upload in parts is a put from its begin to its end."""
    credential = re.search(r'Credential=([^/]+)/', env.get('HTTP_AUTHORIZATION', ''))
    if not credential:
        return None, None
    query = parse_qs(env.get('QUERY_STRING', ''), keep_blank_values=True)
    method = env['REQUEST_METHOD']
    key = env['PATH_INFO'].lstrip('/').partition('/')[2]
    if not key:
        if method in ('GET', 'HEAD'):
            return credential.group(1), 'list'
        return credential.group(1), 'delete' if 'delete' in query else 'make'
    if method in ('PUT', 'POST') or 'uploadId' in query:
        return credential.group(1), 'put'
    return credential.group(1), 'delete' if method == 'DELETE' else 'get'


def of_swift(env):
    """Who asks by Swift's own protocol, and the right it takes."""
    groups = (env.get('REMOTE_USER') or '').split(',')
    if env.get('swift.source') == 'S3' or len(groups) < 2:
        return None, None
    method = env['REQUEST_METHOD']
    key = env['PATH_INFO'].split('/', 4)[4:]
    if not key or not key[0]:
        return groups[1], 'list' if method in ('GET', 'HEAD') else 'make'
    return groups[1], {'PUT': 'put', 'POST': 'put', 'DELETE': 'delete'}.get(method, 'get')
