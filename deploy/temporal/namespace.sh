#!/bin/sh
# Makes the namespace once Temporal answers, to keep results and Idempotency-Keys for 30 days. Of one that exists
# nothing is changed.
set -eu

until temporal operator cluster health; do sleep 1; done
temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" && exit
temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention 720h
