#!/bin/sh
# One step of a release by canary: `deploy/release.sh canary|promote|withdraw`.
# From the environment: DIGEST (sha256:… of the new image), NAMESPACE, VALUES (a file with the chart's values, with its image).
set -eu

step() {
    helm upgrade cci deploy/chart --namespace "$NAMESPACE" --values "$VALUES" --wait --timeout 20m "$@"
}

# The image that everybody has; none before the first release.
before() {
    helm get values cci --namespace "$NAMESPACE" --output json 2>/dev/null |
        sed -n 's/.*"image":{[^}]*"digest":"\([^"]*\)".*/\1/p'
}

case "${1:-}" in
canary)
    # The new image migrates the database, beside the one before: migrations leave what that one reads.
    step --set "image.digest=$(before)" --set canary.enabled=true --set "canary.digest=$DIGEST"
    ;;
promote)
    step --set "image.digest=$DIGEST" --set canary.enabled=false
    ;;
withdraw)
    step --no-hooks --set "image.digest=$(before)" --set canary.enabled=false
    ;;
*)
    echo "usage: deploy/release.sh canary|promote|withdraw" >&2
    exit 2
    ;;
esac
