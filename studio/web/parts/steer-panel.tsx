/** @file Steering a drawing while it is drawn: its words, its pace, and the tools for its strokes. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { rateAfter, wordsAfter } from '../../../src/recipe/words-after.js';
import { type Chip, laidOut, printChips, written } from '../chips.js';
import { run } from '../state/live.js';
import { active } from '../state/queue.js';
import { edit } from '../state/steer.js';
import { tell } from '../state/ui.js';
import { PromptChips } from './chips.js';

async function turn(prompts: readonly Chip[], negative: readonly Chip[]): Promise<void> {
	if (!(await edit({ do: 'words', prompts: [...prompts], negative: [...negative] }))) return;
	const at = run.value?.recipe.edits.findLast((edit) => edit.do === 'words')?.at ?? 0;
	tell(`From step ${at} on: ${printChips(prompts)}`);
}

export function SteerPanel() {
	const info = run.value;
	const on = active(info);
	const prompts = useSignal<readonly Chip[]>([]);
	const negative = useSignal<readonly Chip[]>([]);
	const typed = useSignal('');
	const typedNegative = useSignal('');
	const rate = useSignal(1);
	const now = info && wordsAfter(info.recipe.edits, info.recipe);
	const key = `${info?.id} ${JSON.stringify(now)}`;
	useEffect(() => {
		const laid = laidOut(now?.prompts ?? []);
		prompts.value = laid.chips;
		typed.value = laid.typed;
		negative.value = now?.negative ?? [];
		typedNegative.value = '';
	}, [key]);
	const rateNow = rateAfter(info?.recipe.edits ?? []);
	useEffect(() => {
		rate.value = rateNow;
	}, [info?.id, rateNow]);
	if (!on || !now) return null;
	const wanted = () => written(prompts.value, typed.value);
	const unwanted = () => written(negative.value, typedNegative.value, true);
	const able = () =>
		wanted().length > 0 &&
		(printChips(wanted()) !== printChips(now.prompts) || printChips(unwanted()) !== printChips(now.negative));
	const change = () => {
		if (able()) void turn(wanted(), unwanted());
	};
	return (
		<section class="steer" aria-label="Steer">
			<h2>This drawing</h2>
			<PromptChips
				chips={prompts}
				typed={typed}
				id="steer-words"
				label="Draw from now on"
				placeholder="other words"
				onEnter={change}
			/>
			{negative.value.length > 0 && (
				<PromptChips
					chips={negative}
					typed={typedNegative}
					negative
					id="steer-negative"
					label="Avoid from now on"
					placeholder=""
				/>
			)}
			<div class="row steer-actions">
				<label class="rate" for="steer-rate" title="How far each step goes.">
					Boldness
				</label>
				<input
					id="steer-rate"
					type="range"
					min={-2}
					max={2}
					step={0.25}
					value={Math.log2(rate.value)}
					aria-valuetext={`${rate.value.toFixed(2)} times`}
					onChange={(event) => {
						rate.value = 2 ** event.currentTarget.valueAsNumber;
						void edit({ do: 'rate', rate: rate.value });
					}}
				/>
				<output>×{Number(rate.value.toFixed(2))}</output>
			</div>
			<button type="button" class="plain" disabled={!able()} onClick={change}>
				Change course
			</button>
		</section>
	);
}
