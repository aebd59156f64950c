#!/usr/bin/env bash
# What Prometheus is given is right: promtool takes the configuration and the rules, and each alert fires when it should and not
# otherwise.
#
# usage  src/test/scripts/monitoring.sh
# needs  promtool (Debian package prometheus)
# exit   0 all held; 1 something did not
set -euo pipefail

cd "$(dirname "$0")/../../.."
promtool check config payara-config/monitoring/prometheus.yml
promtool test rules src/test/prometheus/alerts.yml
