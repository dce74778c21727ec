import type { Database } from '@pics/database';
import { repeat, type Service, type Settings } from '@pics/service';
import type { OverviewReader } from '../overview/read-overview.ts';
import { createAlertCheck } from './watch-alerts.ts';
import { sendToWebhook } from './webhook.ts';

/** Thresholds are minutes, so this adds little; each check costs the reads of one overview, which are cached. */
const INTERVAL_MS = 15_000;

/** Longer than a restart of a service takes, so that a crash loop is one alert. */
const GONE_AFTER_MS = 120_000;

/** Reports trouble to ALERT_WEBHOOK_URL while the board runs; does nothing without it. */
export function startAlerts(
  service: Pick<Service, 'log' | 'stopping' | 'onClose'> & { settings: Settings },
  { read, database }: { read: OverviewReader; database: Database },
): void {
  const { settings, log, stopping } = service;
  const url = settings.ALERT_WEBHOOK_URL;
  if (url === undefined) return;
  const check = createAlertCheck({
    read,
    database,
    thresholds: {
      afterMs: settings.ALERT_AFTER_MINUTES * 60_000,
      pausedAfterMs: settings.ALERT_PAUSED_MINUTES * 60_000,
      failedApps: settings.ALERT_FAILED_APPS,
    },
    goneAfterMs: GONE_AFTER_MS,
    send: (message) => sendToWebhook(url, message),
    boardUrl: settings.BOARD_PUBLIC_URL,
    log,
  });
  const onError = (err: unknown) => log.warn({ err }, 'alerts could not be checked');
  const checking = repeat(check, { intervalMs: INTERVAL_MS, signal: stopping, onError });
  service.onClose('alerts', () => checking);
}
