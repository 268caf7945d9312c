// Reads {secret, headers, body} from standard input; prints what verifies, or why it does not.
const path = require('path');
const { createRequire } = require('module');
const { Webhook } = createRequire(path.join(process.argv[2], 'x.js'))('standardwebhooks');
const { secret, headers, body } = JSON.parse(require('fs').readFileSync(0, 'utf-8'));
try {
  console.log(JSON.stringify({ verified: new Webhook(secret).verify(body, headers) }));
} catch (error) {
  console.log(JSON.stringify({ refused: String(error.message) }));
}
