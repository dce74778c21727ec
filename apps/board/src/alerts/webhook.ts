import type { AlertReport } from '@pics/database';
import { formatDuration } from '@pics/operations';

/** What a webhook is sent. */
export interface AlertMessage extends AlertReport {
  at: Date;
  /** The state of the whole pipeline after trouble is over; it may not be the only trouble. */
  now: string;
  /** The address of the board in a browser; undefined when it is not known. */
  boardUrl: string | undefined;
}

/** A webhook responds within a second; the next attempt follows anyway. */
const TIMEOUT_MS = 10_000;

/** The limits of Discord; Slack allows more. */
const LONGEST_TITLE = 256;
const LONGEST_TEXT = 2_000;

const RED = 0xd0_30_30;
const GREEN = 0x2e_a0_43;

/**
 * Sends a message to a webhook.
 *
 * @throws an error whose message never contains the URL: its path is a password.
 */
export async function sendToWebhook(url: string, message: AlertMessage): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'pics-mirror' },
      body: JSON.stringify(formatMessage(url, message)),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
  } catch (error) {
    // oxlint-disable-next-line preserve-caught-error -- the log shows causes
    throw new Error(`the webhook cannot be reached: ${describe(error)}`);
  }
  if (!response.ok) throw new Error(`the webhook responds with status ${response.status}`);
}

/** The error itself may name the URL. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if (error.name === 'TimeoutError') return `no response within ${TIMEOUT_MS / 1_000} s`;
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error && /redirect/.test(cause.message) ? 'it redirects' : error.name;
}

/** The body for the service that the URL belongs to, by its shape: services that imitate Discord or Slack have the same. */
export function formatMessage(url: string, message: AlertMessage): unknown {
  const { hostname, pathname } = new URL(url);
  if (/^\/api\/webhooks\/\d+\/[^/]+\/?$/.test(pathname)) return formatForDiscord(message);
  if (hostname === 'hooks.slack.com' || /^\/services\/T\w+\/B\w+\/|\/slack$/.test(pathname)) {
    return formatForSlack(message);
  }
  const { event, name, headline, detail, since, at, now, boardUrl } = message;
  return { event, name, headline, detail, since, at, ...(event === 'resolved' && { now }), boardUrl };
}

function titleOf({ event, headline }: AlertMessage): string {
  return event === 'raised' ? headline : `Over: ${headline}`;
}

function textOf({ event, detail, since, at, now }: AlertMessage): string {
  return event === 'raised'
    ? detail
    : `It took ${formatDuration(at.getTime() - since.getTime())}. Now: ${now}.`;
}

function formatForDiscord(message: AlertMessage): unknown {
  const embed = {
    title: titleOf(message).slice(0, LONGEST_TITLE),
    description: textOf(message).slice(0, LONGEST_TEXT),
    color: message.event === 'raised' ? RED : GREEN,
    timestamp: message.at,
    ...(message.boardUrl && { url: message.boardUrl }),
  };
  // Errors of apps may contain anything, also @everyone.
  return { embeds: [embed], allowed_mentions: { parse: [] } };
}

function formatForSlack(message: AlertMessage): unknown {
  const icon = message.event === 'raised' ? ':red_circle:' : ':large_green_circle:';
  const link = message.boardUrl ? `\n<${message.boardUrl}|Board>` : '';
  const text = escapeForSlack(textOf(message).slice(0, LONGEST_TEXT));
  return { text: `${icon} *${escapeForSlack(titleOf(message))}*\n${text}${link}` };
}

function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
