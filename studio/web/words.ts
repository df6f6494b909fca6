/** @file Numbers as people read them. */

export function duration(seconds: number): string {
	const s = Math.max(0, Math.round(seconds));
	if (s < 60) return `${s} s`;
	if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
	return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
}

export function bytes(n: number): string {
	if (n < 1e6) return `${Math.max(1, Math.round(n / 1e3))} kB`;
	return n < 1e9 ? `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB` : `${(n / 1e9).toFixed(1)} GB`;
}

export const score = (v: number | null | undefined): string => (v === null || v === undefined ? '–' : v.toFixed(3));

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const stateWords: Readonly<Record<string, string>> = {
	queued: 'waits',
	preparing: 'gets ready',
	running: 'draws',
	paused: 'paused',
	done: 'done',
	stopped: 'stopped, kept',
	failed: 'failed',
	cancelled: 'cancelled',
	interrupted: 'interrupted',
};
export const stateWord = (state: string): string => stateWords[state] ?? state;
