// A provider of OpenID Connect on loopback for the tests: it vouches for whoever types
// a name, and says so by the standard's letter (addresses stand in its answer to
// UserInfo, not in the token). Its argument is where it sends browsers back to. It
// prints its issuer once it serves, and ends with its input.
import http from 'node:http';
import Provider from 'oidc-provider';

const people = {
  ana: {email: 'ana@acme.example', email_verified: true},
  shady: {email: 'bo@acme.example', email_verified: false},
  eve: {email: 'eve@elsewhere.example', email_verified: true},
};

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{client_id: 'peerslot', client_secret: 'secret', redirect_uris: [process.argv[2]]}],
    cookies: {keys: ['for tests alone']},
    claims: {openid: ['sub'], email: ['email', 'email_verified']},
    pkce: {required: () => true},
    findAccount: (_, id) => people[id] && {accountId: id, claims: () => ({sub: id, ...people[id]})},
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.on('end', () => process.exit()).resume();
