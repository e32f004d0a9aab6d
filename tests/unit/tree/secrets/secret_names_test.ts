import assert from "node:assert/strict";
import { looksSecret } from "../../../../src/tree/secrets/secret_names.ts";

const SECRET = `
  .env .env.local sub/.env.production .pgpass .htpasswd .vault-token
  id_rsa .ssh/id_ed25519 key.pem server.key certs/server-key.pem ca-key.pem privkey.pem cert.key
  app.p12 app.PFX release.jks release.keystore AuthKey_AB12.p8
  kubeconfig kubeconfig.yaml dev.kubeconfig .kube/config home/.kube/config
  .aws/credentials .cargo/credentials.toml .config/gcloud/credentials.db
  application_default_credentials.json client_secret_1.apps.json service-account-key.json
  terraform.tfstate terraform.tfstate.backup tests/.env
`;

const HARMLESS = `
  .env.example .env.sample .env.template .env.dist env .environment .env.d.example
  id_rsa.pub server.crt cert.pem ca.pem fullchain.pem ca-bundle.pem cacert.pem server.crt.pem
  public.key pub.pem dhparam.pem android/debug.keystore
  testdata/server.key tests/fixtures/key.pem crypto_test/rsa.pem node_modules/x/key.pem
  vendor/x/server.key kube/config config aws/credentials docker/config.json src/keys.ts
  main.tf monkey.ts .git/config .git/kubeconfig .npmrc .docker/config.json
`;

Deno.test("files with well-known names of secrets are recognized", () => {
  for (const path of SECRET.trim().split(/\s+/)) assert.equal(looksSecret(path), true, path);
});

Deno.test("examples, public keys, test data and other names are not secrets", () => {
  for (const path of HARMLESS.trim().split(/\s+/)) assert.equal(looksSecret(path), false, path);
});
