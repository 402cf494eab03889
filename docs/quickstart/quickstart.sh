#!/usr/bin/env bash
# From nothing to files for a shop: sign up, key, import, batch of scenes, webhook, download. Needs curl, jq, python3 (to pack a ZIP) and a server:
#   packshot serve
#   docs/quickstart/quickstart.sh OUT            # API=http://127.0.0.1:8080, WEBHOOK=https://… if you have a receiver
set -euo pipefail
OUT=${1:-out/quickstart} API=${API:-http://127.0.0.1:8080} J='Content-Type: application/json'
PRODUCTS=$(cd "$(dirname "$0")/../../fixtures/products" && pwd)
EMAIL=${EMAIL:-ann-$RANDOM$RANDOM@example.com} PASSWORD='correct horse battery'
ask() { curl --silent --show-error --fail-with-body "$@"; }
until_is() { # path, status
  until ask "$API$1" -H "$A" | jq --exit-status --arg status "$2" '.status == $status' > /dev/null; do sleep 0.5; done
}

# Sign up, sign in, and make a key, which is shown once.
ask $API/v1/accounts -H "$J" -d "{\"email\":\"$EMAIL\",\"password\":\"$PASSWORD\",\"organization\":\"Ann & Co\"}" > /dev/null
TOKEN=$(ask $API/v1/sessions -H "$J" -d "{\"email\":\"$EMAIL\",\"password\":\"$PASSWORD\"}" | jq -r .access_token)
KEY=$(ask $API/v1/api_keys -H "$J" -H "Authorization: Bearer $TOKEN" -d '{"name":"quick-start"}' | jq -r .secret)
A="Authorization: Bearer $KEY"

# Be told of what happens, if somebody listens.
if [ -n "${WEBHOOK:-}" ]; then
  ask $API/v1/webhook_endpoints -H "$J" -H "Authorization: Bearer $TOKEN" -d "{\"address\":\"$WEBHOOK\",\"events\":[\"batch.completed\"]}" | jq .secret
fi

# Import products and photos: a manifest and a ZIP.
mkdir -p "$OUT"
ZIP=$(cd "$OUT" && pwd)/photos.zip
(cd "$PRODUCTS" && python3 -m zipfile -c "$ZIP" moka-pot.jpg tea-carton.jpg)
printf 'sku,title,category,width_cm,photo\nMOKA,"Moka pot, 6 cups",kitchen,17,moka-pot.jpg\nTEA,Tea carton,food,8,tea-carton.jpg\n' > "$OUT/catalog.csv"
IMPORT=$(ask $API/v1/imports -H "$A" -F "file=@$OUT/catalog.csv" -F "file=@$ZIP" | jq -r .id)
until_is "/v1/imports/$IMPORT" completed
ask $API/v1/imports/$IMPORT -H "$A" | jq -c '{total, accepted, failed, skipped}'

# What would a batch come to? Then start it: two scenes of each product, in templates that suit it.
BATCH="{\"subjects\":{\"import\":\"$IMPORT\"},\"recipe\":[{\"kind\":\"scene\",\"count\":2}],\"budget\":4}"
ask $API/v1/quotes -H "$A" -H "$J" -d "$BATCH" | jq -c '{products, pictures, minutes}'
BAT=$(ask $API/v1/batches -H "$A" -H "$J" -H "Idempotency-Key: quick-start" -d "$BATCH" | jq -r .id)
until_is "/v1/batches/$BAT" completed
ask $API/v1/batches/$BAT -H "$A" | jq -c '.progress, .usable_rate'

# Download what passed.
for FILE in $(ask "$API/v1/results?limit=100" -H "$A" | jq -r '.data[].files.channels.web // empty'); do
  (cd "$OUT" && ask --location --remote-name --remote-header-name "$API$FILE" -H "$A")
done
ls "$OUT"
