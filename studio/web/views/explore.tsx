/** @file Exploring: many drawings that start together, from which one picks; and the way from one thing to another. */

import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { putWords } from '../../../src/guidance/prompts.js';
import { CandidateTile } from '../parts/candidate-tile.js';
import { Icon } from '../parts/icon.js';
import { Variations } from '../parts/variations.js';
import { recipe, settle, style } from '../state/draft.js';
import { bestCandidate, candidates, latest, run } from '../state/live.js';
import { openOutput } from '../state/outputs.js';
import { active, startRuns, stop } from '../state/queue.js';
import { edit } from '../state/steer.js';
import { go, tell } from '../state/ui.js';
import { morphPrompt } from '../state/vary.js';
import { count, duration } from '../words.js';

export function ExploreView() {
	return (
		<main class="explore page" id="main">
			<header class="page-head">
				<h1 class="display">Explore</h1>
				<p class="lead">Let several drawings begin, and decide with your own eyes which go on.</p>
			</header>
			<Contest />
			<Morph />
			<Variations />
		</main>
	);
}

/** Candidates of one run, side by side. */
function Contest() {
	const many = useSignal(9);
	const picked = useSignal<readonly number[]>([]);
	const info = run.value;
	const on = active(info) && !info?.welcome;
	const begun = candidates.value;
	useEffect(() => {
		picked.value = picked.value.filter((candidate) => begun.includes(candidate));
	}, [begun]);
	const kept = info?.state === 'done' || info?.state === 'stopped';
	// In the end there is one.
	const left = kept && begun.length > 0 ? [bestCandidate()] : begun;
	const isContest = info && !info.welcome && (begun.length > 1 || info.recipe.candidates > 1);
	const words = ((recipe.value.prompts as { text: string }[]) ?? []).map(({ text }) => text).join(', ');
	const begin = () => {
		settle();
		picked.value = [];
		return startRuns({ recipe: { ...recipe.value, candidates: many.value }, explore: true, front: true });
	};
	return (
		<section class="contest" aria-label="Candidates">
			<div class="row wrap contest-bar">
				<label class="row">
					<span class="label">Begin</span>
					<select
						aria-label="How many begin"
						value={String(many.value)}
						onChange={(event) => {
							many.value = Number(event.currentTarget.value);
						}}
					>
						{[4, 6, 9, 12, 16].map((n) => (
							<option key={n} value={String(n)}>
								{n} drawings
							</option>
						))}
					</select>
				</label>
				<span class="contest-words">{words ? <>of “{words}”</> : 'of the words in the studio'}</span>
				<button type="button" class="primary" disabled={!words} onClick={begin}>
					Begin
				</button>
				{!words && (
					<a class="link" href="#/">
						Say what to draw first
					</a>
				)}
			</div>
			{isContest && (on || kept) && left.length > 0 && (
				<>
					<ul class="contest-grid" aria-label="Drawings that are left" data-count={left.length}>
						{left.map((candidate) => (
							<CandidateTile
								key={candidate}
								candidate={candidate}
								ratio={info.recipe.size[0] / info.recipe.size[1]}
								best={on && latest.value?.best === candidate}
								picked={picked.value.includes(candidate)}
								open={on}
								onPick={() => {
									picked.value = picked.value.includes(candidate)
										? picked.value.filter((c) => c !== candidate)
										: [...picked.value, candidate];
								}}
							/>
						))}
					</ul>
					{on && <PickBar left={left} picked={picked} />}
					{kept && (
						<p class="contest-kept">
							“{info.title}” is kept.{' '}
							<button type="button" class="link" onClick={() => showKept(info.id)}>
								See it in the gallery
							</button>
						</p>
					)}
				</>
			)}
		</section>
	);
}

function showKept(id: string): void {
	go('gallery');
	void openOutput(id);
}

/** What is to become of the drawings that are left. */
function PickBar({ left, picked }: { readonly left: readonly number[]; readonly picked: Signal<readonly number[]> }) {
	const info = run.value;
	if (!info) return null;
	const some = picked.value.length;
	const eta = latest.value?.eta ?? info.eta;
	const goOn = async (): Promise<boolean> => {
		const done = await edit({ do: 'keep', candidates: [...picked.value] });
		if (done) picked.value = [];
		return done;
	};
	const keep = async () => {
		if (some > 0 && some < left.length && !(await goOn())) return;
		await stop();
		tell(`“${info.title}” is kept in the gallery.`, { says: 'See it', run: () => showKept(info.id) });
	};
	return (
		<div class="pick-bar" role="toolbar" aria-label="Choice">
			<span class="pick-state">
				<span aria-live="polite">
					{count(left.length, 'drawing')} left{some > 0 ? `, ${some} picked` : ''}
				</span>
				<small>
					step {latest.value?.step ?? info.step} of {info.steps}
					{eta !== null && `, about ${duration(eta)} left`}
				</small>
			</span>
			{some === 0 ? (
				<span class="hint">Tick those that are to go on.</span>
			) : (
				<button type="button" class="primary small" disabled={some === left.length} onClick={goOn}>
					<Icon name="check" /> Go on with {some === 1 ? 'this one' : `these ${some}`}
				</button>
			)}
			<button type="button" class="plain" onClick={keep}>
				Stop and keep {some === 0 ? 'the one that leads' : some === 1 ? 'this one' : `the best of ${some}`}
			</button>
		</div>
	);
}

/** A row of drawings on the way from one thing to another. */
function Morph() {
	const a = useSignal('');
	const b = useSignal('');
	const many = useSignal(5);
	const ready = a.value.trim() !== '' && b.value.trim() !== '';
	return (
		<section class="morph" aria-label="Morph">
			<h2>From one thing to another</h2>
			<form
				class="row wrap"
				onSubmit={async (event) => {
					event.preventDefault();
					for (let i = 0; i < many.value; i++) {
						const share = 1 - i / (many.value - 1);
						const text = putWords(style.value ?? {}, morphPrompt(a.value.trim(), b.value.trim(), share));
						await startRuns({ recipe: { ...recipe.value, prompts: [{ text }], seed: 1 } });
					}
				}}
			>
				<input
					class="serif-input"
					aria-label="From"
					placeholder="a fish"
					value={a.value}
					onInput={(event) => {
						a.value = event.currentTarget.value;
					}}
				/>
				<span class="hint">to</span>
				<input
					class="serif-input"
					aria-label="To"
					placeholder="a bird"
					value={b.value}
					onInput={(event) => {
						b.value = event.currentTarget.value;
					}}
				/>
				<select
					aria-label="In how many drawings"
					value={String(many.value)}
					onChange={(event) => {
						many.value = Number(event.currentTarget.value);
					}}
				>
					{[3, 5, 7, 9].map((n) => (
						<option key={n} value={String(n)}>
							in {n} drawings
						</option>
					))}
				</select>
				<button type="submit" class="plain" disabled={!ready}>
					Draw the way
				</button>
			</form>
		</section>
	);
}
