/** @file How well the drawing fits each prompt, step by step, as curves. */

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Recipe } from '../../../src/recipe/schema.js';
import { wordsAfter } from '../../../src/recipe/words-after.js';
import { curves, curvesVersion, latest, run } from '../state/live.js';
import { dark } from '../state/ui.js';
import { score } from '../words.js';

const inks = {
	light: ['#c4431f', '#2f6f8f', '#8a6d1d', '#5b4b9a', '#3d7a4a', '#a03d72'],
	dark: ['#ff8a5c', '#7cc0de', '#e3c067', '#b0a0ee', '#8fd09b', '#ee92c2'],
};
const axisInk = { light: '#6b665e', dark: '#a19b90' };
const grid = { light: 'rgba(60,50,30,.09)', dark: 'rgba(255,250,235,.08)' };

/** Steps after which the words were changed by hand. */
const turns = (recipe: Recipe | undefined): number[] =>
	recipe?.edits.filter((edit) => edit.do === 'words').map(({ at }) => at) ?? [];

/** Where the words became others. */
function drawTurns({ ctx, bbox, valToPos }: uPlot): void {
	ctx.save();
	ctx.strokeStyle = axisInk[dark.peek() ? 'dark' : 'light'];
	ctx.setLineDash([3, 3]);
	ctx.beginPath();
	for (const at of turns(run.peek()?.recipe)) {
		const x = Math.round(valToPos(at, 'x', true));
		ctx.moveTo(x, bbox.top);
		ctx.lineTo(x, bbox.top + bbox.height);
	}
	ctx.stroke();
	ctx.restore();
}

/** What the scores belong to, in their order. */
export function scoreNames(recipe: Recipe | undefined): string[] {
	if (!recipe) return [];
	const { prompts, negative } = wordsAfter(recipe.edits, recipe);
	return [
		...prompts.map(({ text }) => text),
		...negative.map(({ text }) => `not ${text}`),
		...recipe.images.map((_, i) => `picture ${i + 1}`),
	];
}

export function Curves() {
	const box = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot | undefined>(undefined);
	const names = scoreNames(run.value?.recipe);
	const mode = dark.value ? 'dark' : 'light';
	const lines = Math.max(1, names.length);

	useEffect(() => {
		const host = box.current!;
		const axis = {
			stroke: axisInk[mode],
			grid: { stroke: grid[mode], width: 1 },
			ticks: { show: false },
			font: '11px system-ui',
		};
		const mine = new uPlot(
			{
				width: Math.max(120, host.clientWidth),
				height: 150,
				legend: { show: false },
				cursor: { points: { size: 6 }, drag: { x: false, y: false } },
				padding: [8, 14, 0, 0],
				hooks: { draw: [drawTurns] },
				scales: {
					x: { time: false, range: () => [0, Math.max(run.peek()?.steps ?? 1, curves.step.at(-1) ?? 1)] },
					y: { range: (_, low, high) => [Math.min(low ?? 0, 0), Math.max((high ?? 0) * 1.08, 0.1)] },
				},
				axes: [
					{ ...axis, size: 22, space: 60 },
					{ ...axis, size: 34, space: 34, values: (_, ticks) => ticks.map((v) => `${Number(v.toFixed(2))}`) },
				],
				series: [
					{},
					...Array.from({ length: lines }, (_, i) => ({
						stroke: inks[mode][i % 6]!,
						width: 1.75,
						points: { show: false },
					})),
				],
			},
			columns(lines),
			host,
		);
		plot.current = mine;
		const sizes = new ResizeObserver(() => mine.setSize({ width: Math.max(120, host.clientWidth), height: 150 }));
		sizes.observe(host);
		let asked = 0;
		const stop = curvesVersion.subscribe(() => {
			cancelAnimationFrame(asked);
			asked = requestAnimationFrame(() => mine.setData(columns(lines)));
		});
		return () => {
			stop();
			cancelAnimationFrame(asked);
			sizes.disconnect();
			mine.destroy();
		};
	}, [lines, mode]);

	const scores = latest.value?.scores ?? run.value?.scores ?? [];
	return (
		<section class="curves" aria-label="Scores">
			<h2>Likeness</h2>
			<ul class="legend">
				{names.map((name, i) => (
					<li key={i}>
						<span class={`ink ink-${i % 6}`} aria-hidden="true" />
						<span class="legend-name">{name}</span>
						<output>{score(scores[i])}</output>
					</li>
				))}
				{names.length === 0 && <li class="hint">How well the drawing fits the words.</li>}
			</ul>
			<div class="plot" ref={box} aria-hidden="true" />
		</section>
	);
}

function columns(lines: number): uPlot.AlignedData {
	const x = curves.step;
	// A line of other words begins anew.
	const breaks = turns(run.peek()?.recipe).map((at) => x.findIndex((step) => step > at));
	const ys = Array.from({ length: lines }, (_, i) =>
		x.map((_, k) => (breaks.includes(k) ? null : (curves.scores[i]?.[k] ?? null))),
	);
	return [x, ...ys] as uPlot.AlignedData;
}
