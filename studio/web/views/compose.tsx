/** @file Composing: what to draw, in which look, made of what. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { putWords } from '../../../src/guidance/prompts.js';
import { humanName } from '../form-model.js';
import { PromptChips } from '../parts/chips.js';
import { Icon, IconButton } from '../parts/icon.js';
import { EncoderField, OtherJudges } from '../parts/judges.js';
import { Pictures } from '../parts/pictures.js';
import { PresetPicker } from '../parts/preset-picker.js';
import { SeedField, SizeField, TimeField } from '../parts/setup-fields.js';
import { WildcardPreview } from '../parts/wildcards.js';
import { SchemaForm } from '../schema-form.js';
import {
	changed,
	checked,
	edits,
	negative,
	prompts,
	renderer,
	seconds,
	set,
	setting,
	style,
	typed,
	typedNegative,
} from '../state/draft.js';
import { latest, run } from '../state/live.js';
import { active, pauseOrResume, start, starting, stop } from '../state/queue.js';
import { schema, sectionSchema } from '../state/studio.js';
import { count, duration, plainIssue, plainWarning } from '../words.js';

const renderers = ['strokes', 'shapes', 'tiles', 'pixels'] as const;
const guidance = [
	'layout',
	'canvas',
	'narrowAt',
	'tidy',
	'views',
	'candidateViews',
	'cosine',
	'contrast',
	'semantics',
	'pixelLoss',
	'rate',
];

/** What to draw. */
export function Words() {
	const avoiding = useSignal(false);
	useEffect(() => {
		// On a phone it would bring the keyboard up over everything.
		if (matchMedia('(pointer: fine)').matches) document.getElementById('prompt')?.focus({ preventScroll: true });
	}, []);
	return (
		<section class="words" aria-label="What to draw">
			<PromptChips
				chips={prompts}
				typed={typed}
				id="prompt"
				label="Draw"
				placeholder="a butterfly, or a red heart …"
				onEnter={() => void start()}
			/>
			{style.value && (
				<p class="hint">
					The look {style.value.prompt && <>puts it as “{putWords(style.value, '…')}”</>}
					{style.value.prompt && style.value.negative.length > 0 && ' and '}
					{style.value.negative.length > 0 && <>avoids {style.value.negative.map(({ text }) => text).join(', ')}</>}
				</p>
			)}
			<WildcardPreview />
			{(avoiding.value || negative.value.length > 0) && (
				<PromptChips
					chips={negative}
					typed={typedNegative}
					negative
					id="negative"
					label="Avoid"
					placeholder="what should not be there"
				/>
			)}
			<div class="row words-more">
				<Pictures />
				{!avoiding.value && negative.value.length === 0 && (
					<button
						type="button"
						class="link"
						onClick={() => {
							avoiding.value = true;
							requestAnimationFrame(() => document.getElementById('negative')?.focus());
						}}
					>
						<Icon name="minus" /> Avoid something
					</button>
				)}
			</div>
			{edits.value.length > 0 && (
				<p class="hint">
					With {count(edits.value.length, 'change')} by hand, as it was drawn.{' '}
					<button type="button" class="link" onClick={() => set(['edits'], undefined)}>
						Leave them out
					</button>
				</p>
			)}
			<Notes />
		</section>
	);
}

/** What the server has to say about the words; its place is kept for it. */
function Notes() {
	const general =
		checked.value?.issues.filter(({ path }) => path === '' || /^(prompts|negative|images)/.test(path)) ?? [];
	const warnings = checked.value?.warnings ?? [];
	return (
		<ul class={general.length + warnings.length > 0 ? 'notes' : 'notes none'} role="status">
			{general.map((issue) => (
				<li key={issue.message} class="bad">
					{plainIssue(issue)}
				</li>
			))}
			{warnings.map((warning) => (
				<li key={warning}>{plainWarning(warning)}</li>
			))}
		</ul>
	);
}

/** How to draw it. */
export function Settings() {
	const chosen = renderer.value;
	const drawn = chosen === 'strokes' || chosen === 'shapes';
	const symmetric = !['none', 'mirror'].includes(setting(['symmetry', 'kind']) as string);
	return (
		<section class="settings" aria-label="How to draw it">
			<h2>Look{changed.value && <small class="changed"> changed</small>}</h2>
			<PresetPicker />
			<h2 id="made-of">Made of</h2>
			<fieldset class="segments wide" aria-labelledby="made-of">
				{renderers.map((name) => (
					<label key={name} class="segment">
						<input type="radio" name="renderer" checked={name === chosen} onChange={() => set(['renderer'], name)} />
						{humanName(name)}
					</label>
				))}
			</fieldset>
			<SchemaForm schema={sectionSchema(chosen)} path={[chosen]} fold={`More about ${chosen}`} />
			{drawn && (
				<SchemaForm
					schema={sectionSchema('symmetry')}
					path={['symmetry']}
					only={symmetric ? ['kind', 'order'] : ['kind']}
				/>
			)}
			<Palette />
			<h2>Sheet and time</h2>
			<div class="form">
				<SizeField />
				<SeedField />
				<TimeField />
				<EncoderField />
				<OtherJudges />
			</div>
			<SchemaForm schema={schema.value} only={['steps', 'candidates', ...guidance]} fold="More about guidance" />
		</section>
	);
}

function Palette() {
	const palette = setting(['palette']) as { colors?: readonly string[]; learned?: number } | undefined;
	const { colors = [], learned = 0 } = palette ?? {};
	const change = (colors: readonly string[], learned: number) =>
		set(['palette'], colors.length + learned > 0 ? { colors, learned } : undefined);
	return (
		<>
			<fieldset class="field palette-field">
				<legend>Palette</legend>
				<span class="swatches">
					{colors.map((color, i) => (
						<span key={i} class="swatch">
							<input
								type="color"
								aria-label={`Colour ${i + 1}`}
								value={color}
								onChange={(event) =>
									change(
										colors.map((c, k) => (k === i ? event.currentTarget.value : c)),
										learned,
									)
								}
							/>
							<button
								type="button"
								aria-label={`Remove colour ${i + 1}`}
								onClick={() =>
									change(
										colors.filter((_, k) => k !== i),
										learned,
									)
								}
							>
								<Icon name="close" />
							</button>
						</span>
					))}
					<button type="button" class="link" onClick={() => change([...colors, '#d4502f'], learned)}>
						<Icon name="plus" /> {colors.length + learned > 0 ? 'Colour' : 'Only some colours'}
					</button>
				</span>
			</fieldset>
			<div class="field">
				<label for="learned" title="Colours that the drawing finds for itself.">
					Learned colours
				</label>
				<input
					id="learned"
					class="learned"
					type="number"
					min={0}
					max={64}
					value={learned}
					onChange={(event) => {
						const given = event.currentTarget.valueAsNumber;
						change(colors, Number.isFinite(given) ? Math.min(64, Math.max(0, Math.round(given))) : 0);
					}}
				/>
			</div>
		</>
	);
}

const shortcut = matchMedia('(pointer: fine)').matches ? 'Enter draws' : '';

export function StartBar() {
	const check = checked.value;
	const bad = check?.issues[0];
	const time = seconds.value ?? check?.seconds ?? undefined;
	const paused = run.value?.state === 'paused';
	return (
		<div class="start-bar">
			{/* On a phone the buttons under the drawing are out of reach. */}
			{active(run.value) && (
				<span class="hold">
					<IconButton
						name={paused ? 'play' : 'pause'}
						filled={paused}
						label={paused ? 'Resume' : 'Pause'}
						onClick={() => pauseOrResume()}
					/>
					<IconButton name="stop" filled label="Stop and keep" onClick={() => stop()} />
					<span>
						{latest.value?.step ?? run.value?.step} of {run.value?.steps}
						{latest.value?.eta ? `, ${duration(latest.value.eta)}` : ''}
					</span>
				</span>
			)}
			<p class="estimate" aria-live="polite">
				{bad ? plainIssue(bad) : time ? `about ${duration(time)}` : shortcut}
			</p>
			<button type="button" class="primary" disabled={starting.value || bad !== undefined} onClick={() => start()}>
				Draw
			</button>
		</div>
	);
}
