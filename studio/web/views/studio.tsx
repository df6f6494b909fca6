/** @file The studio: composing at the left, the easel in the middle, what happens at the right. */

import { Announcer } from '../parts/announcer.js';
import { Curves } from '../parts/curves.js';
import { Dialog } from '../parts/dialog.js';
import { Finished } from '../parts/finished.js';
import { QueueList } from '../parts/queue-list.js';
import { SavePreset } from '../parts/save-preset.js';
import { Stage } from '../parts/stage.js';
import { SteerPanel } from '../parts/steer-panel.js';
import { Tools } from '../parts/tools.js';
import { Caption, LookingBack, Transport } from '../parts/transport.js';
import { savingLook } from '../state/ui.js';
import { Settings, StartBar, Words } from './compose.js';

const doneSaving = (): void => {
	savingLook.value = false;
};

export function StudioView() {
	return (
		<main class="studio" id="main">
			<form class="compose" aria-label="Compose" onSubmit={(event) => event.preventDefault()}>
				<div class="compose-scroll">
					<Words />
					<Settings />
				</div>
				<StartBar />
			</form>
			<section class="watch" aria-label="Easel">
				<div class="easel">
					<Tools />
					<Stage />
				</div>
				<div class="under">
					<Caption />
					<Transport />
					<LookingBack />
				</div>
			</section>
			<aside class="beside" aria-label="Progress">
				<Curves />
				<Finished />
				<SteerPanel />
				<QueueList />
			</aside>
			<Announcer />
			{savingLook.value && (
				<Dialog label="Save the look as a preset" className="question" onClose={doneSaving}>
					<h2>Save the look as a preset</h2>
					<SavePreset onDone={doneSaving} />
				</Dialog>
			)}
		</main>
	);
}
