#!/bin/bash
# Sets up a worker's instance at its first boot, as user data of WorkerLaunchTemplate. CloudFormation substitutes names in
# braces; shell variables are written without. The output is in the log group, as <instance>/boot.
set -euo pipefail

# CloudFormation waits for the signal while it creates or updates the group, and rejects it at any other time.
signal() {
  aws cloudformation signal-resource --region '${Region}' --stack-name '${StackName}' --logical-resource-id WorkerGroup \
    --unique-id "$(cat /var/lib/cloud/data/instance-id)" --status "$1" || true
}

# An instance without a worker shuts down, so that the group replaces it. Before that, the log agent has 15 s to send the log.
give_up() {
  echo "boot failed in line $1"
  signal FAILURE
  sleep 15
  systemctl poweroff
}
trap 'give_up $LINENO' ERR

# The log agent comes first, so that later failures are logged.
dnf install -y amazon-cloudwatch-agent
cat >/etc/order-worker-logs.json <<'END'
{
  "agent": { "run_as_user": "root" },
  "logs": {
    "logs_collected": {
      "files": {
        "collect_list": [
          {
            "file_path": "/var/log/order-worker.log",
            "log_group_name": "${LogGroup}",
            "log_stream_name": "{instance_id}/worker"
          },
          {
            "file_path": "/var/log/cloud-init-output.log",
            "log_group_name": "${LogGroup}",
            "log_stream_name": "{instance_id}/boot"
          }
        ]
      }
    }
  }
}
END
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/order-worker-logs.json

# https://docs.aws.amazon.com/linux/al2023/ug/nodejs.html
dnf install -y nodejs24 logrotate
useradd --system --no-create-home --shell /sbin/nologin order-worker
mkdir -p /opt/order-worker
aws s3 cp --region '${Region}' 's3://${Bucket}/${BundleKey}' /opt/order-worker/order-worker.mjs

# systemd reads the file; the worker's user cannot.
install -m 600 /dev/null /etc/order-worker.env
cat >/etc/order-worker.env <<'END'
${Environment}
END

cat >/etc/systemd/system/order-worker.service <<'END'
[Unit]
Description=Runs ${Function} on its queue
Wants=network-online.target
After=network-online.target
# After ten starts in ten minutes, the instance shuts down to be replaced.
StartLimitIntervalSec=600
StartLimitBurst=10
StartLimitAction=poweroff

[Service]
ExecStart=/usr/bin/node-24 /opt/order-worker/order-worker.mjs ${Arguments}
EnvironmentFile=/etc/order-worker.env
User=order-worker
Restart=always
RestartSec=5
# 10 s more than the maximum deadline of a worker.
TimeoutStopSec=120
StandardOutput=append:/var/log/order-worker.log
StandardError=inherit
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX

[Install]
WantedBy=multi-user.target
END

# curl retries after 503.
cat >/etc/systemd/system/order-worker-health.service <<'END'
[Unit]
Description=Restarts the worker when its health check fails

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'curl -sSf -o /dev/null -m 5 --retry 3 --retry-delay 10 --retry-connrefused http://127.0.0.1:8080/health || systemctl restart order-worker.service'
END
cat >/etc/systemd/system/order-worker-health.timer <<'END'
[Unit]
Description=Checks the worker's health every 30 s

[Timer]
OnActiveSec=60
OnUnitInactiveSec=30

[Install]
WantedBy=timers.target
END

# Rotates hourly, because a busy worker would fill the disk within days. Rotated entries were already sent to CloudWatch.
cat >/etc/logrotate.d/order-worker <<'END'
/var/log/order-worker.log {
  size 100M
  rotate 1
  copytruncate
  missingok
}
END
mkdir -p /etc/systemd/system/logrotate.timer.d
cat >/etc/systemd/system/logrotate.timer.d/hourly.conf <<'END'
[Timer]
OnCalendar=
OnCalendar=hourly
AccuracySec=1m
END

systemctl daemon-reload
systemctl enable --now order-worker.service order-worker-health.timer
systemctl enable logrotate.timer
systemctl restart logrotate.timer
curl -sSf -o /dev/null -m 5 --retry 20 --retry-delay 3 --retry-connrefused http://127.0.0.1:8080/health
signal SUCCESS
