/** @file Curves over the steps of a run as inline SVG: the points, faint, and their running mean. */

import { escapeHtml } from '../../html.js';

/** One number over steps. */
export interface Series {
	readonly name: string;
	readonly points: readonly Point[];
}
export type Point = readonly [step: number, value: number];

const [width, height] = [460, 200];
const frame = { left: 52, right: 12, top: 10, bottom: 24 };
/** Points of a curve at most: neighbours are averaged. */
const mostPoints = 300;
const colors = ['#2f6fde', '#d8572a', '#2a9d5c', '#8e44ad', '#b8860b', '#5b6770'];

/** A chart of several series with one scale; shares are shown as percentages. */
export function chart(title: string, series: readonly Series[], percent = false): string {
	const drawn = series.map((s) => ({ ...s, points: thinned(s.points.filter(([, v]) => Number.isFinite(v))) }));
	const points = drawn.flatMap((s) => s.points);
	if (points.length === 0) return '';
	const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
	const [left, right] = [Math.min(...xs), Math.max(...xs)];
	const ticks = niceTicks(Math.min(...ys), Math.max(...ys));
	const [low, high] = [ticks[0]!, ticks.at(-1)!];
	const x = (step: number) =>
		frame.left + ((step - left) / Math.max(1e-9, right - left)) * (width - frame.left - frame.right);
	const y = (value: number) =>
		height - frame.bottom - ((value - low) / (high - low)) * (height - frame.top - frame.bottom);
	const path = (list: readonly Point[]) =>
		list.map(([step, value], i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`).join('');
	const label = (value: number) => (percent ? `${brief(value * 100)} %` : brief(value));
	const grid = ticks.map(
		(t) =>
			`<path class="grid" d="M${frame.left} ${y(t).toFixed(1)}H${width - frame.right}"/><text x="${frame.left - 6}" y="${(y(t) + 4).toFixed(1)}" text-anchor="end">${label(t)}</text>`,
	);
	const ends = `<text x="${frame.left}" y="${height - 6}">${left}</text><text x="${width - frame.right}" y="${height - 6}" text-anchor="end">step ${right}</text>`;
	const curves = drawn.map((s, i) => {
		const color = colors[i % colors.length]!;
		if (s.points.length === 1) {
			const [step, value] = s.points[0]!;
			return `<circle cx="${x(step).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3" fill="${color}"/>`;
		}
		const faint = s.points.length > 60 ? `<path d="${path(s.points)}" stroke="${color}" opacity=".25"/>` : '';
		return `${faint}<path d="${path(faint ? smoothed(s.points) : s.points)}" stroke="${color}" stroke-width="2"/>`;
	});
	const legend = drawn.map((s, i) => {
		const last = s.points.at(-1);
		return `<span><i style="background:${colors[i % colors.length]}"></i>${escapeHtml(s.name)} <b>${last ? label(last[1]) : ''}</b></span>`;
	});
	return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${grid.join('')}${ends}<g fill="none">${curves.join('')}</g></svg><p class="legend">${legend.join('')}</p></figure>`;
}

/** Means of neighbours, so that no more points are left than can be seen. */
function thinned(points: readonly Point[]): Point[] {
	const group = Math.ceil(points.length / mostPoints);
	if (group <= 1) return [...points];
	return Array.from({ length: Math.ceil(points.length / group) }, (_, i) => {
		const part = points.slice(i * group, (i + 1) * group);
		return [part.at(-1)![0], part.reduce((sum, [, v]) => sum + v, 0) / part.length];
	});
}

function smoothed(points: readonly Point[]): Point[] {
	let mean = points[0]![1];
	return points.map(([step, value], i) => {
		mean += (value - mean) / Math.min(i + 1, 12);
		return [step, mean];
	});
}

/** Three to seven round numbers around the values. */
function niceTicks(low: number, high: number): number[] {
	const span = high - low || Math.max(Math.abs(high), 1e-6) * 0.1;
	const raw = span / 4;
	const power = 10 ** Math.floor(Math.log10(raw));
	const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw)!;
	const first = Math.floor(low / step);
	const last = Math.max(first + 1, Math.ceil(high / step));
	return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** Three significant digits, exponents only where zeros would fill the line. */
function brief(value: number): string {
	const size = Math.abs(value);
	if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
	return String(Number(value.toPrecision(3)));
}
